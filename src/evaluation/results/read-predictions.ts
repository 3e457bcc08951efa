import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { taskKey } from "../../foundation/evaluation-key.ts";
import { readFolderIfThere, statIfThere } from "../../foundation/files/if-there.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import type { Note } from "../../foundation/notes.ts";
import { type CheckpointPredictions, CONTENT_PART, isRight, type ResultPredictions } from "./image-predictions.ts";
import { checkCounts } from "./metrics-checks.ts";
import { METRICS_FILE } from "./metrics-file.ts";
import { parsePredictions } from "./parse-predictions.ts";
import { PREDICTIONS_FILE } from "./predictions-file.ts";
import { placeOf, readResults, type StoredResult } from "./read-results.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";
import { warningsOf } from "./result-warnings.ts";

/** Maximum number of checkpoints listed in a message. */
const LISTED = 10;

/** A checkpoint's predictions, with problems and warnings. */
export interface PredictionsRead {
  readonly predictions: CheckpointPredictions;
  /** unreadable or inconsistent results, which are not among the predictions */
  readonly problems: readonly ResultProblem[];
  /** warnings of the runs that made them */
  readonly warnings: readonly Note[];
}

/**
 * Reads every image's prediction of a checkpoint: all `predictions.csv` below `<results>/<checkpoint>`, ordered by
 * benchmark, protocol and prompts.
 *
 * @param results    folder that `evaluate` wrote
 * @param checkpoint name of a folder in it
 * @param benchmarks benchmarks to read; default: all
 * @throws InputError if the checkpoint has no result there, a file is not in the form of `evaluate`, or the files of a
 *   result contradict each other
 */
export async function readCheckpointPredictions(
  results: string,
  checkpoint: string,
  benchmarks?: readonly string[],
): Promise<CheckpointPredictions> {
  const { predictions, problems } = await readUsablePredictions(results, checkpoint, benchmarks);
  if (problems.length > 0) throw new InputError(problems.map(({ reason }) => `${reason}; evaluate again`).join("; "));
  return predictions;
}

/**
 * Like {@link readCheckpointPredictions}, but returns unusable results separately. @throws InputError if the checkpoint
 * has no result there
 */
export async function readUsablePredictions(
  results: string,
  checkpoint: string,
  benchmarks?: readonly string[],
): Promise<PredictionsRead> {
  const wanted = (benchmark: string | undefined) =>
    benchmarks === undefined || benchmark === undefined || benchmarks.includes(benchmark);
  const found = await readResults(results, { checkpoint, runs: true });
  const problems = found.problems.filter(({ place }) => wanted(place[1]));
  const stored = found.results.filter(({ metrics }) => wanted(metrics.benchmark));
  if (stored.length + problems.length === 0) throw await noResults(results, checkpoint, benchmarks);
  const read: ResultPredictions[] = [];
  const used: StoredResult[] = [];
  for (const result of stored) {
    try {
      read.push(await readResult(result)); // sequential, because each file is parsed in memory
      used.push(result);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push({ place: placeOf(result.metrics), reason: error.message });
    }
  }
  const recipes = used.map(({ run }) => run?.recipe ?? {});
  const fingerprint = recipes.find((recipe) => recipe.fingerprint !== undefined)?.fingerprint ?? null;
  const textSha256 = recipes.find((recipe) => recipe.text_sha256 != null)?.text_sha256 ?? null;
  return {
    predictions: { checkpoint, fingerprint, textSha256, results: read },
    problems,
    warnings: warningsOf(used),
  };
}

/** Whether a results folder has a result of this checkpoint, even an unreadable one. */
export async function hasResults(results: string, checkpoint: string): Promise<boolean> {
  if (checkpoint === "") return false;
  const problems: ResultProblem[] = [];
  for (const place of await findPlaces(results, checkpoint, problems)) {
    if ((await statIfThere(join(results, ...place, METRICS_FILE)))?.isFile()) return true;
  }
  return problems.length > 0;
}

/** Builds the error for a checkpoint without results, or without results on the benchmarks, listing available ones. */
export async function noResults(
  results: string,
  checkpoint: string,
  benchmarks?: readonly string[],
): Promise<InputError> {
  if (benchmarks !== undefined && (await hasResults(results, checkpoint))) {
    const places = await findPlaces(results, checkpoint, []);
    const has = listed([...new Set(places.flatMap(([, benchmark]) => benchmark ?? []))].sort());
    return new InputError(
      `${results}: no result of "${checkpoint}" on ${benchmarks.join(", ")}; it has results on ${has}: evaluate it there, or choose another --benchmark`,
    );
  }
  const known: string[] = [];
  const entries = (await readFolderIfThere(results)) ?? [];
  for (const { name } of entries) {
    if (known.length <= LISTED && (await hasResults(results, name))) known.push(name);
  }
  if (known.length === 0) {
    return new InputError(
      `${results}: no results here; evaluate checkpoints first, or specify their folder with --results`,
    );
  }
  return new InputError(`${results}: no result of a checkpoint named "${checkpoint}"; known: ${listed(known)}`);
}

function listed(names: readonly string[]): string {
  return names.slice(0, LISTED).join(", ") + (names.length > LISTED ? ", …" : "");
}

/**
 * Reads a result's predictions, and the parts of its recipe that should not differ between compared checkpoints, with
 * names for messages.
 */
async function readResult({ folder, metrics, made, run }: StoredResult): Promise<ResultPredictions> {
  const path = join(folder, PREDICTIONS_FILE);
  const images = parsePredictions(await readBytes(path), path);
  checkCounts(path, metrics, { n: images.length, top1: images.filter(isRight).length, top5: null, classes: null });
  const parts: [string, string | number | undefined][] = [
    ["version of the benchmark", made.benchmarkVersion],
    ["template set of this name", made.templates],
    ["class-name list of this name", made.classNames],
  ];
  const [content, list] = [run?.images?.content_sha256, run?.recipe?.manifest_sha256];
  if (content !== undefined && list !== undefined) {
    // Contents are compared only for the same image list; those of different lists always differ
    parts.push([`${CONTENT_PART} (list ${list.slice(0, 8)})`, content]);
  }
  for (const [part, hash] of Object.entries(made.definition ?? {})) {
    parts.push([`definition of the benchmark, ${part}`, hash]);
  }
  const recipe: Record<string, string | number> = {};
  for (const [part, value] of parts) if (value !== undefined) recipe[part] = value;
  return { ...taskKey(metrics), expectedN: metrics.expectedN, images, recipe };
}
