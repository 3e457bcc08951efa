import {
  type CheckpointPredictions,
  CONTENT_PART,
  haveContent,
  type ResultPredictions,
} from "../../evaluation/results/image-predictions.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, TASK_FIELDS, type TaskKey, taskKey } from "../../foundation/evaluation-key.ts";
import { createNoteCollector, type Note, type NoteCollector } from "../../foundation/notes.ts";
import { decideTogether, type PairedDecision } from "./decide-together.ts";
import { comparePaired, type PairedComparison } from "./paired-comparison.ts";
import { pairOutcomes } from "./paired-outcomes.ts";

/** Characters of a recipe's part in a message. */
const SHOWN = 7;

/** Two checkpoints on one benchmark. */
export interface BenchmarkComparison extends TaskKey, PairedComparison, PairedDecision {
  /** name of the first checkpoint */
  readonly first: string;
  /** name of the second checkpoint */
  readonly second: string;
  /** images of the complete benchmark; null: not known */
  readonly expectedN: number | null;
}

/** What `compareCheckpoints` finds. */
export interface CheckpointComparison {
  /** one row for each benchmark, protocol and set of prompts that both checkpoints have */
  readonly rows: readonly BenchmarkComparison[];
  /** what only one of them has, and what differs in how they were evaluated */
  readonly notes: readonly Note[];
}

/** Options of `compareCheckpoints`. */
export interface CompareOptions {
  /** benchmarks to compare; every one that both have where absent */
  readonly benchmarks?: readonly string[];
}

/**
 * Compares two checkpoints image by image on every benchmark, protocol and set of prompts that both have: the difference
 * of top-1 (a − b) with a 95 % interval for paired fractions (Tango 1998), McNemar's exact test, Holm over the rows, the
 * images that only one gets right, gains and losses of every class, error consistency, and the minimum detectable
 * difference at the level of Holm's first step.
 *
 * @param a read from a results folder by `readCheckpointPredictions`, or made by hand
 * @param b likewise
 * @returns rows in the order of a's results
 * @throws InputError if they have nothing in common that was evaluated alike, or no image in common somewhere, or images with
 *   different labels: they are not paired then
 */
export function compareCheckpoints(
  a: CheckpointPredictions,
  b: CheckpointPredictions,
  options: CompareOptions = {},
): CheckpointComparison {
  return comparePairs([[a, b]], options);
}

/**
 * The same for several pairs of checkpoints; Holm's adjustment is then over all rows of all pairs.
 *
 * @throws InputError if a pair has nothing in common, or no image in common somewhere, or images with different labels
 */
export function comparePairs(
  pairs: readonly (readonly [CheckpointPredictions, CheckpointPredictions])[],
  options: CompareOptions = {},
): CheckpointComparison {
  const notes = createNoteCollector();
  const rows = pairs.flatMap(([a, b]) => {
    if (a.checkpoint === b.checkpoint) throw new InputError(`${a.checkpoint}: cannot be compared with itself`);
    if (a.fingerprint != null && a.fingerprint === b.fingerprint) {
      const tokenized = a.textSha256 != null && b.textSha256 != null && a.textSha256 !== b.textSha256;
      const same = tokenized
        ? "are the same files with different text settings (cleaning, padding, context length): that is the difference"
        : "are the same checkpoint under two names";
      notes.warn(`${a.checkpoint} and ${b.checkpoint} ${same}`);
    }
    return evaluatedAlike(a, b, options, notes).map(([own, other]) => {
      const where = nameOfPair(own, a, b);
      return {
        first: a.checkpoint,
        second: b.checkpoint,
        ...taskKey(own),
        expectedN: own.expectedN,
        ...comparePaired(pairOutcomes(own.images, other.images, where, notes)),
      };
    });
  });
  const decisions = decideTogether(rows);
  return { rows: rows.map((row, i) => ({ ...row, ...(decisions[i] as PairedDecision) })), notes: notes.list() };
}

function nameOfPair(result: ResultPredictions, a: CheckpointPredictions, b: CheckpointPredictions): string {
  return `${resultName(result)}: ${a.checkpoint} and ${b.checkpoint}`;
}

/** What both have, without results that one name is given to but were made with different things. */
function evaluatedAlike(
  a: CheckpointPredictions,
  b: CheckpointPredictions,
  options: CompareOptions,
  notes: NoteCollector,
): [ResultPredictions, ResultPredictions][] {
  const differing: string[] = [];
  const alike = commonResults(a, b, options, notes).filter(([own, other]) => {
    const parts = differingParts(own, other);
    if (parts.length === 0) return true;
    differing.push(
      `${nameOfPair(own, a, b)} were evaluated with another ${parts.map((part) => `${part} (${shown(own, part)} and ${shown(other, part)})`).join(", another ")}; evaluate both alike`,
    );
    return false;
  });
  if (alike.length === 0) throw new InputError(differing.join("; "));
  for (const message of differing) notes.warn(`not compared: ${message}`);
  return alike;
}

/** A part of a recipe as it is shown: of a hash the first digits. */
function shown({ recipe = {} }: ResultPredictions, part: string): string {
  return String(recipe[part]).slice(0, SHOWN);
}

function commonResults(
  a: CheckpointPredictions,
  b: CheckpointPredictions,
  { benchmarks }: CompareOptions,
  notes: NoteCollector,
): [ResultPredictions, ResultPredictions][] {
  const wanted = ({ benchmark }: ResultPredictions) => benchmarks === undefined || benchmarks.includes(benchmark);
  const [own, others] = [a.results.filter(wanted), b.results.filter(wanted)];
  const byKey = new Map(others.map((result) => [textOf(result), result]));
  const common = own.flatMap((result): [ResultPredictions, ResultPredictions][] => {
    const other = byKey.get(textOf(result));
    return other === undefined ? [] : [[result, other]];
  });
  if (common.length === 0) {
    throw new InputError(
      `${a.checkpoint} and ${b.checkpoint} have no result of the same benchmark, protocol and prompts: ${a.checkpoint} has ${list(own)}; ${b.checkpoint} has ${list(others)}`,
    );
  }
  const keys = new Set(common.map(([result]) => textOf(result)));
  for (const [checkpoint, results] of [[a.checkpoint, own] as const, [b.checkpoint, others] as const]) {
    const alone = results.filter((result) => !keys.has(textOf(result)));
    const other = checkpoint === a.checkpoint ? b.checkpoint : a.checkpoint;
    if (alone.length > 0) notes.note(`not compared, ${checkpoint} has it and ${other} has not: ${list(alone)}`);
  }
  return common;
}

/** The parts of a recipe that both have and that differ. Where both know the content of each image, these are compared instead. */
function differingParts(first: ResultPredictions, second: ResultPredictions): string[] {
  const [own, other] = [first.recipe ?? {}, second.recipe ?? {}];
  const ofImages = haveContent(first.images) && haveContent(second.images);
  return Object.keys(own).filter(
    (name) => Object.hasOwn(other, name) && own[name] !== other[name] && !(ofImages && name.startsWith(CONTENT_PART)),
  );
}

function textOf(result: ResultPredictions): string {
  return keyText(result, TASK_FIELDS);
}

function resultName({ benchmark, protocol, templates }: ResultPredictions): string {
  return `${benchmark} ${protocol}, ${templates}`;
}

function list(results: readonly ResultPredictions[]): string {
  return results.length === 0 ? "none" : results.map(resultName).join("; ");
}
