import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { InputError } from "../../foundation/errors.ts";
import { readFolderIfThere, statIfThere } from "../../foundation/files/if-there.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { Note } from "../../foundation/notes.ts";
import type { CheckpointPredictions, ResultPredictions } from "./image-predictions.ts";
import { type ImagePrediction, isRight } from "./image-predictions.ts";
import { placeOf, readResults, type StoredResult } from "./read-results.ts";
import type { Recipe, ResultMetrics } from "./result-folder.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";
import { warningsOf } from "./result-warnings.ts";

/** The parts of a recipe that may differ between checkpoints only by mistake, as messages name them. */
const SHARED_PARTS: Readonly<Partial<Record<keyof Recipe, string>>> = {
  benchmark_version: "version of the benchmark",
  templates_sha256: "template set of this name",
  class_names_sha256: "class-name list of this name",
};

/** Checkpoints named in a message. */
const LISTED = 10;
const WHOLE = /^\d{1,9}$/;

/** A checkpoint's predictions, and what is to be said of them. */
export interface PredictionsRead {
  readonly predictions: CheckpointPredictions;
  /** results that could not be read or cannot be true: none of them is among the predictions */
  readonly problems: readonly ResultProblem[];
  /** what the runs that made them warned of */
  readonly warnings: readonly Note[];
}

/**
 * Reads every image's prediction of a checkpoint: all `predictions.csv` below `<results>/<checkpoint>`, ordered by
 * benchmark, protocol and prompts.
 *
 * @param benchmarks only these; all where absent
 * @throws InputError if the checkpoint has no result there, a file is not as `evaluate` writes it, or the files of a
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

/** The same, with what cannot be used apart. @throws InputError if the checkpoint has no result there */
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
      read.push(await readResult(result)); // one after another: each is parsed at once
      used.push(result);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push({ place: placeOf(result.metrics), reason: error.message });
    }
  }
  const hashes = (field: keyof Recipe) =>
    used.map(({ run }) => run?.recipe?.[field]).filter((hash) => typeof hash === "string");
  const [fingerprint, textSha256] = [hashes("fingerprint")[0] ?? null, hashes("text_sha256")[0] ?? null];
  return {
    predictions: { checkpoint, fingerprint, textSha256, results: read },
    problems,
    warnings: warningsOf(used),
  };
}

/** Whether a folder of results has any of this checkpoint, be it one that cannot be read. */
export async function hasResults(results: string, checkpoint: string): Promise<boolean> {
  if (checkpoint === "") return false;
  const problems: ResultProblem[] = [];
  for (const place of await findPlaces(results, checkpoint, problems)) {
    if ((await statIfThere(join(results, ...place, "metrics.json")))?.isFile()) return true;
  }
  return problems.length > 0;
}

/** What to tell a user whose checkpoint has no results, or none on the benchmarks, with what there is. */
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
      `${results}: no results here; evaluate checkpoints first, or name their folder with --results`,
    );
  }
  return new InputError(`${results}: no result of a checkpoint called "${checkpoint}"; known: ${listed(known)}`);
}

function listed(names: readonly string[]): string {
  return names.slice(0, LISTED).join(", ") + (names.length > LISTED ? ", …" : "");
}

async function readResult({ folder, metrics, made, run }: StoredResult): Promise<ResultPredictions> {
  const path = join(folder, "predictions.csv");
  const images = parsePredictions(await readText(path), path);
  checkCounts(path, metrics, { n: images.length, top1: images.filter(isRight).length });
  const parts = Object.entries(SHARED_PARTS).flatMap(([field, name]): [string, string | number][] => {
    const value = run?.recipe?.[field];
    return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
  });
  const [content, list] = [run?.images?.content_sha256, run?.recipe?.manifest_sha256];
  if (typeof content === "string" && typeof list === "string") {
    // Of other lists of images the contents differ in any case: they are compared only of one list
    parts.push([`content of the images (list ${list.slice(0, 8)})`, content]);
  }
  for (const [part, hash] of Object.entries(made.definition ?? {})) {
    parts.push([`definition of the benchmark, ${part}`, hash]);
  }
  const { benchmark, protocol, templates, class_names, expected_n } = metrics;
  return {
    ...{ benchmark, protocol, templates, classNames: class_names, expectedN: expected_n, images },
    recipe: Object.fromEntries(parts),
  };
}

/**
 * Compares a result's predictions with the metrics beside them.
 *
 * @param counted images, and how many are right; what was not counted is absent
 * @throws InputError naming the first that differs
 */
export function checkCounts(
  path: string,
  { n, metrics }: ResultMetrics,
  counted: {
    readonly n: number;
    readonly top1: number;
    readonly top5?: number | null;
    readonly recall?: number | null;
  },
): void {
  const correct = (name: string) => metrics.find(({ metric }) => metric === name)?.correct;
  const top1 = correct("top1");
  if (counted.n !== n || (top1 !== undefined && top1 !== counted.top1)) {
    throw new InputError(
      `${path}: ${counted.top1} of ${counted.n} images are right, but metrics.json beside it says ${top1} of ${n}`,
    );
  }
  const top5 = correct("top5");
  if (counted.top5 != null && top5 !== undefined && top5 !== counted.top5) {
    throw new InputError(
      `${path}: ${counted.top5} of ${n} images are right at top-5, but metrics.json beside it says ${top5}`,
    );
  }
  const recall = metrics.find(({ metric }) => metric === "mean_per_class_recall")?.value;
  if (counted.recall != null && recall !== undefined && !(Math.abs(recall - counted.recall) <= SAME_MEAN)) {
    throw new InputError(
      `${path}: its mean per-class recall is ${counted.recall}, but metrics.json beside it says ${recall}`,
    );
  }
}

/** A mean over thousands of classes, summed in another order. */
const SAME_MEAN = 1e-9;

/**
 * Parses `predictions.csv`: the image, its right classes and the best class; other columns are passed over.
 *
 * @param where file name, for messages
 * @throws InputError for a column that is missing or there twice, or naming the row whose label or best class is not a class
 */
export function parsePredictions(text: string, where: string): ImagePrediction[] {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true }); // names are kept with the spaces they have
  } catch (cause) {
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  const [header, ...records] = rows;
  checkHeader(header ?? [], where);
  const columns = ["image", "label", "top1"].map((name) => header?.indexOf(name) ?? -1);
  if (columns.includes(-1)) {
    throw new InputError(`${where}: expected the columns image, label, top1; found ${header?.join(", ") ?? "nothing"}`);
  }
  const [image, label, top1] = columns as [number, number, number];
  const labels = new Map<string, readonly number[]>(); // a class's images share one list
  return records.map((record, i) => {
    const cell = record[label] as string;
    const best = record[top1] as string;
    const classes = labels.get(cell) ?? (cell === "" ? [] : cell.split(";").map(Number));
    if (!WHOLE.test(best) || !(labels.has(cell) || cell === "" || cell.split(";").every((one) => WHOLE.test(one)))) {
      throw new InputError(
        `${where}: row ${i + 1}: expected whole numbers as label and top1, found "${cell}" and "${best}"`,
      );
    }
    labels.set(cell, classes);
    return { image: fromSpreadsheetText(record[image] as string), classes, predicted: Number(best) };
  });
}
