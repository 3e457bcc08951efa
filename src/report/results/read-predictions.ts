import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { readJson, readText } from "../../files/read-text.ts";
import { InputError } from "../../input-error.ts";
import type { CheckpointPredictions, ResultPredictions } from "../../robustness/compare-checkpoints.ts";
import { type ImagePrediction, isRight } from "../../robustness/paired-outcomes.ts";
import { madeWith } from "./made-with.ts";
import type { Recipe, ResultMetrics } from "./result-folder.ts";

/** The parts of a recipe that may differ between checkpoints only by mistake, as messages name them. */
const SHARED_PARTS: Readonly<Partial<Record<keyof Recipe, string>>> = {
  benchmark_version: "version of the benchmark",
  templates_sha256: "template set of this name",
  class_names_sha256: "class-name list of this name",
};

/** Checkpoints named in a message. */
const LISTED = 10;
const WHOLE = /^\d{1,9}$/;

interface Run {
  readonly recipe?: Partial<Recipe>;
  readonly images?: { readonly content_sha256?: unknown };
}

/**
 * Reads every image's prediction of a checkpoint: all `predictions.csv` below `<results>/<checkpoint>`, ordered by
 * benchmark, protocol and prompts.
 *
 * @param benchmarks only these; all where absent
 * @throws InputError if the checkpoint has no result there, a file is not as `evaluate` writes it, or `predictions.csv`
 *   and `metrics.json` do not agree on the number of images and how many are right
 */
export async function readCheckpointPredictions(
  results: string,
  checkpoint: string,
  benchmarks?: readonly string[],
): Promise<CheckpointPredictions> {
  const folders = await resultFolders(join(results, checkpoint), benchmarks);
  if (folders.length === 0) throw await noResults(results, checkpoint, benchmarks);
  const read: ReadResult[] = [];
  for (const folder of folders) read.push(await readResult(folder)); // one after another: each is parsed at once
  return {
    checkpoint,
    fingerprint: read[0]?.fingerprint ?? null,
    textSha256: read.find((one) => one.textSha256 !== null)?.textSha256 ?? null,
    results: read.map(({ result }) => result),
  };
}

/** Whether a folder of results has any of this checkpoint. */
export async function hasResults(results: string, checkpoint: string): Promise<boolean> {
  return checkpoint !== "" && (await resultFolders(join(results, checkpoint))).length > 0;
}

/** What to tell a user whose checkpoint has no results, with the names that have. */
export async function noResults(
  results: string,
  checkpoint: string,
  benchmarks?: readonly string[],
): Promise<InputError> {
  const known: string[] = [];
  for (const name of await subfolders(results)) {
    if (known.length <= LISTED && (await hasResults(results, name))) known.push(name);
  }
  if (known.length === 0) {
    return new InputError(
      `${results}: no results here; evaluate checkpoints first, or name their folder with --results`,
    );
  }
  const of = benchmarks === undefined ? "" : ` on ${benchmarks.join(", ")}`;
  const names = known.slice(0, LISTED).join(", ");
  return new InputError(
    `${results}: no result${of} of a checkpoint called "${checkpoint}"; known: ${names}${known.length > LISTED ? ", …" : ""}`,
  );
}

/** `<benchmark>/<protocol>/<prompts>` below a checkpoint's folder, where there are metrics. */
async function resultFolders(root: string, benchmarks?: readonly string[]): Promise<string[]> {
  const folders: string[] = [];
  for (const benchmark of await subfolders(root)) {
    if (benchmarks !== undefined && !benchmarks.includes(benchmark)) continue;
    for (const protocol of await subfolders(join(root, benchmark))) {
      for (const prompts of await subfolders(join(root, benchmark, protocol))) {
        const folder = join(root, benchmark, protocol, prompts);
        if ((await stat(join(folder, "metrics.json")).catch(() => undefined))?.isFile()) folders.push(folder);
      }
    }
  }
  return folders;
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

interface ReadResult {
  readonly result: ResultPredictions;
  readonly fingerprint: string | null;
  readonly textSha256: string | null;
}

async function readResult(folder: string): Promise<ReadResult> {
  const metrics = (await readJson(join(folder, "metrics.json"))) as ResultMetrics;
  if (metrics?.schema !== 1 || !Array.isArray(metrics.metrics)) {
    throw new InputError(`${join(folder, "metrics.json")}: not a metrics file of schema 1; evaluate again`);
  }
  const path = join(folder, "predictions.csv");
  const images = parsePredictions(await readText(path), path);
  const right = images.filter(isRight).length;
  const top1 = metrics.metrics.find(({ metric }) => metric === "top1");
  if (images.length !== metrics.n || (top1 !== undefined && top1.correct !== right)) {
    throw new InputError(
      `${path}: ${right} of ${images.length} images are right, but metrics.json beside it says ${top1?.correct} of ${metrics.n}; evaluate again`,
    );
  }
  const { recipe = {}, images: imageFiles = {} } = (await readJson(join(folder, "run.json"))) as Run;
  const parts = Object.entries(SHARED_PARTS).flatMap(([field, name]): [string, string | number][] => {
    const value = recipe[field as keyof Recipe];
    return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
  });
  const content = imageFiles.content_sha256;
  if (typeof content === "string" && typeof recipe.manifest_sha256 === "string") {
    // Of other lists of images the contents differ in any case: they are compared only of one list
    parts.push([`content of the images (list ${recipe.manifest_sha256.slice(0, 8)})`, content]);
  }
  const { benchmark, protocol, templates, class_names, expected_n } = metrics;
  for (const [part, hash] of Object.entries(madeWith(recipe).definition ?? {})) {
    parts.push([`definition of the benchmark, ${part}`, hash]);
  }
  return {
    result: {
      ...{ benchmark, protocol, templates, classNames: class_names, expectedN: expected_n, images },
      recipe: Object.fromEntries(parts),
    },
    fingerprint: recipe.fingerprint ?? null,
    textSha256: recipe.text_sha256 ?? null,
  };
}

/**
 * Parses `predictions.csv`: the image, its right classes and the best class; other columns are passed over.
 *
 * @param where file name, for messages
 * @throws InputError for a missing column, or naming the row whose label or best class is not a class
 */
export function parsePredictions(text: string, where: string): ImagePrediction[] {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true }); // names are kept with the spaces they have
  } catch (cause) {
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  const [header, ...records] = rows;
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
    return { image: record[image] as string, classes, predicted: Number(best) };
  });
}
