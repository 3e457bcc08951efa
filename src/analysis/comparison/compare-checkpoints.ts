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

/** Maximum length of a part of a recipe in a message. */
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
  /** notes about results of only one checkpoint, and about differences in the evaluation */
  readonly notes: readonly Note[];
}

/** Options of `compareCheckpoints`. */
export interface CompareOptions {
  /** benchmarks to compare; default: all that both have */
  readonly benchmarks?: readonly string[];
}

/**
 * Compares two checkpoints image by image on every benchmark, protocol and set of prompts that both have: the difference
 * of top-1 (a − b) with a 95 % interval for paired fractions (Tango 1998), McNemar's exact test, Holm over the rows, the
 * images that only one gets right, gains and losses of every class, error consistency, and the minimum detectable
 * difference at the level of Holm's first step.
 *
 * @param a read from a results folder by `readCheckpointPredictions`, or constructed otherwise
 * @param b likewise
 * @returns rows in the order of a's results
 * @throws InputError if they have no common results with the same evaluation, a result without common images, or images
 *   with different labels: these cannot be paired
 */
export function compareCheckpoints(
  a: CheckpointPredictions,
  b: CheckpointPredictions,
  options: CompareOptions = {},
): CheckpointComparison {
  return comparePairs([[a, b]], options);
}

/**
 * Compares several pairs of checkpoints; Holm's adjustment is over all rows of all pairs.
 *
 * @throws InputError if a pair has no common results, a result without common images, or images with different labels
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
        ? "are the same files with different text settings (cleaning, padding, context length), so the differences are due to these"
        : "are the same checkpoint under two names";
      notes.warn(`${a.checkpoint} and ${b.checkpoint} ${same}`);
    }
    return comparableResults(a, b, options, notes).map(([firstResult, secondResult]) => {
      const where = nameOfPair(firstResult, a, b);
      return {
        first: a.checkpoint,
        second: b.checkpoint,
        ...taskKey(firstResult),
        expectedN: firstResult.expectedN,
        ...comparePaired(pairOutcomes(firstResult.images, secondResult.images, where, notes)),
      };
    });
  });
  const decisions = decideTogether(rows);
  return { rows: rows.map((row, i) => ({ ...row, ...(decisions[i] as PairedDecision) })), notes: notes.list() };
}

function nameOfPair(result: ResultPredictions, a: CheckpointPredictions, b: CheckpointPredictions): string {
  return `${resultName(result)}: ${a.checkpoint} and ${b.checkpoint}`;
}

/** Returns the common results, without those that were evaluated with different inputs under one name. */
function comparableResults(
  a: CheckpointPredictions,
  b: CheckpointPredictions,
  options: CompareOptions,
  notes: NoteCollector,
): [ResultPredictions, ResultPredictions][] {
  const differing: string[] = [];
  const alike = commonResults(a, b, options, notes).filter(([firstResult, secondResult]) => {
    const parts = differingParts(firstResult, secondResult);
    if (parts.length === 0) return true;
    differing.push(
      `${nameOfPair(firstResult, a, b)} were evaluated with a different ${parts.map((part) => `${part} (${shown(firstResult, part)} and ${shown(secondResult, part)})`).join(", a different ")}; evaluate both in the same way`,
    );
    return false;
  });
  if (alike.length === 0) throw new InputError(differing.join("; "));
  for (const message of differing) notes.warn(`not compared: ${message}`);
  return alike;
}

/** Formats a part of a recipe; a hash is cut to its first digits. */
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
  const [firstResults, secondResults] = [a.results.filter(wanted), b.results.filter(wanted)];
  const byKey = new Map(secondResults.map((result) => [textOf(result), result]));
  const common = firstResults.flatMap((result): [ResultPredictions, ResultPredictions][] => {
    const counterpart = byKey.get(textOf(result));
    return counterpart === undefined ? [] : [[result, counterpart]];
  });
  if (common.length === 0) {
    throw new InputError(
      `${a.checkpoint} and ${b.checkpoint} have no result of the same benchmark, protocol and prompts: ${a.checkpoint} has ${list(firstResults)}; ${b.checkpoint} has ${list(secondResults)}`,
    );
  }
  const keys = new Set(common.map(([result]) => textOf(result)));
  for (const [checkpoint, results] of [[a.checkpoint, firstResults] as const, [b.checkpoint, secondResults] as const]) {
    const alone = results.filter((result) => !keys.has(textOf(result)));
    const otherCheckpoint = checkpoint === a.checkpoint ? b.checkpoint : a.checkpoint;
    if (alone.length > 0) notes.note(`not compared, only ${checkpoint} has it, not ${otherCheckpoint}: ${list(alone)}`);
  }
  return common;
}

/**
 * Returns the common parts of two recipes that differ. Parts about images are skipped if both have the content of each
 * image, which is compared instead.
 */
function differingParts(first: ResultPredictions, second: ResultPredictions): string[] {
  const [firstRecipe, secondRecipe] = [first.recipe ?? {}, second.recipe ?? {}];
  const ofImages = haveContent(first.images) && haveContent(second.images);
  return Object.keys(firstRecipe).filter(
    (name) =>
      Object.hasOwn(secondRecipe, name) &&
      firstRecipe[name] !== secondRecipe[name] &&
      !(ofImages && name.startsWith(CONTENT_PART)),
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
