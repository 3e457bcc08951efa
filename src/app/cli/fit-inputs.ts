import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Baseline } from "../../analysis/robustness/baseline.ts";
import type { FocusInput, Origin } from "../../analysis/robustness/focus.ts";
import { NO_RULES } from "../../analysis/robustness/line-rules.ts";
import { baselineMetadata, listBaselines, readBaseline } from "../../analysis/robustness/read-baseline.ts";
import { readStudy, type Study, withInDistribution } from "../../analysis/robustness/read-study.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { type ParsedAccuracies, parseAccuracies } from "../../evaluation/results/parse-accuracies.ts";
import { describeProblem, readResults, type StoredResult } from "../../evaluation/results/read-results.ts";
import { ACCURACY, figureOf } from "../../evaluation/scoring/metrics/registry.ts";
import { InputError } from "../../foundation/errors.ts";
import { evaluationKey, keyText } from "../../foundation/evaluation-key.ts";
import { readFolderIfThere, statIfThere } from "../../foundation/files/if-there.ts";
import { packagePath } from "../../foundation/files/package-root.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { describeNoResults, FIT_OUTPUTS } from "./describe-folder.ts";
import type { OutcomesReader } from "./outcomes-reader.ts";

/** Accuracies of checkpoints, with notes about them. */
export interface ReadAccuracies extends ParsedAccuracies {
  readonly origin: Origin;
  /** results with files, with the settings of their runs */
  readonly results: readonly StoredResult[];
  /** unreadable or inconsistent results, which are not in the rows */
  readonly leftOut: readonly string[];
}

/**
 * Reads the accuracies of checkpoints: a results folder, a CSV file, or the id of a published baseline.
 *
 * @param outcomes reads the correct images of results folders; not read if undefined
 * @throws InputError if it is none of these, or contains no accuracy
 */
export async function readAccuracies(idOrPath: string, outcomes?: OutcomesReader): Promise<ReadAccuracies> {
  const found = await statIfThere(idOrPath);
  if (found?.isDirectory()) return readFolder(idOrPath, outcomes);
  if (found?.isFile()) {
    return fromTable(
      parseAccuracies(await readText(idOrPath), idOrPath),
      (await isShipped(idOrPath)) ? "published" : "table",
    );
  }
  if ((await listBaselines()).includes(idOrPath)) return fromTable(await readBaseline(idOrPath), "published");
  throw new InputError(
    `${idOrPath}: no such file or folder; expected a results folder, an accuracies.csv, or a baseline (${(await listBaselines()).join(", ")})`,
  );
}

function fromTable({ rows, notes }: ParsedAccuracies, origin: Origin): ReadAccuracies {
  return { origin, rows, notes, results: [], leftOut: [] };
}

/** Whether a path is that of a shipped baseline. */
async function isShipped(path: string): Promise<boolean> {
  return dirname(await realpath(path)) === (await realpath(packagePath("benchmarks", "baselines")));
}

/** Returns the checkpoints of each input and whether they are the user's, in the order given. */
export function focusInputs(read: readonly Pick<ReadAccuracies, "origin" | "rows">[]): FocusInput[] {
  return read.map(({ origin, rows }) => ({ origin, checkpoints: rows.map(({ checkpoint }) => checkpoint) }));
}

/** A baseline, with the results that it was read from and notes about them. */
export type OpenedBaseline = Baseline & Pick<ReadAccuracies, "results" | "leftOut">;

/** Reads a baseline: the id of a shipped one, a CSV file, or a results folder. */
export async function openBaseline(idOrPath: string, outcomes?: OutcomesReader): Promise<OpenedBaseline> {
  const shipped = (await listBaselines()).includes(idOrPath);
  const found = shipped ? null : await statIfThere(idOrPath);
  if (found?.isDirectory() !== true) return { ...(await readBaseline(idOrPath)), results: [], leftOut: [] };
  return { ...(await readFolder(idOrPath, outcomes)), id: basename(resolve(idOrPath)), rules: NO_RULES };
}

/** Returns the given metadata file, or else that of the first published baseline among the sources that has one. */
export async function metadataOf(given: string | undefined, sources: readonly string[]): Promise<string | undefined> {
  if (given !== undefined) return given;
  for (const source of sources) {
    const path = (await statIfThere(source)) === null ? await baselineMetadata(source) : null;
    if (path !== null) return path;
  }
  return undefined;
}

/** Reads the shipped baselines other than this one. */
export async function otherBaselines(id: string): Promise<Baseline[]> {
  return Promise.all((await listBaselines()).filter((shippedId) => shippedId !== id).map(readBaseline));
}

/** Reads a folder's `metrics.json` files if it has any, else its CSV files. */
async function readFolder(folder: string, outcomes?: OutcomesReader): Promise<ReadAccuracies> {
  const { results, problems } = await readResults(folder, { runs: true });
  if (results.length > 0 || problems.length > 0) {
    if (results.length > 0) {
      const read = accuraciesOf(results, folder, problems.map(describeProblem));
      return outcomes === undefined ? read : { ...read, rows: await withOutcomes(read.rows, results, outcomes) };
    }
    throw new InputError(`${folder}: no result can be used: ${problems.map(describeProblem).join("; ")}`);
  }
  const paths = (await tableNames(folder)).map((name) => join(folder, name));
  if (paths.length === 0) throw new InputError(await describeNoResults(folder));
  const parsed = await readTables(paths, folder);
  const all = { rows: parsed.flatMap((table) => table.rows), notes: parsed.flatMap((table) => table.notes) };
  return fromTable(all, "table");
}

/** Adds the correct images to rows; sequential, because each file is read into memory whole. */
async function withOutcomes(
  rows: readonly AccuracyRow[],
  results: readonly StoredResult[],
  reader: OutcomesReader,
): Promise<AccuracyRow[]> {
  const byKey = new Map(results.map((result) => [keyText(result.metrics), result]));
  const read: AccuracyRow[] = [];
  for (const row of rows) {
    const outcomes = await reader.read(byKey.get(keyText(row)) as StoredResult);
    read.push(outcomes === undefined ? row : { ...row, outcomes });
  }
  return read;
}

/** @throws InputError naming a file that is not a table of accuracies, and describing the folder */
async function readTables(paths: readonly string[], folder: string): Promise<ParsedAccuracies[]> {
  try {
    return await Promise.all(paths.map(async (path) => parseAccuracies(await readText(path), path)));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; ${await describeNoResults(folder)}`, { cause });
  }
}

/** Returns the accuracies of results. */
export function accuraciesOf(
  results: readonly StoredResult[],
  folder: string,
  leftOut: readonly string[],
): ReadAccuracies {
  const rows = results.flatMap((result) => toRow(result, folder));
  return { origin: "results", rows, notes: [], results, leftOut };
}

/** Lists CSV files in a folder that may contain accuracies. */
export async function tableNames(folder: string): Promise<string[]> {
  const entries = (await readFolderIfThere(folder)) ?? [];
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".csv") && !FIT_OUTPUTS.includes(name));
}

function toRow({ metrics: result, made }: StoredResult, folder: string): AccuracyRow[] {
  const figure = figureOf(result.metrics, ACCURACY);
  if (figure === undefined) return [];
  const key = evaluationKey(result);
  return [
    {
      ...key,
      metric: figure.metric,
      group: "",
      accuracy: figure.value,
      n: result.n,
      expectedN: result.expectedN,
      where: join(folder, key.checkpoint, key.benchmark, key.protocol),
      made,
    },
  ];
}

/** Reads the study that the options name, with the in-distribution benchmarks of `--id` if given. */
export async function openStudy({
  study,
  id,
}: {
  readonly study?: string;
  readonly id?: readonly string[];
}): Promise<Study> {
  const read = await readStudy(study);
  return id === undefined ? read : withInDistribution(read, id);
}

/** Returns the default baseline: OpenAI's CLIP models on ImageNet; for a custom study, all its checkpoints. */
export function defaultBaseline(study: string | undefined, sources: readonly string[]): string {
  return study === undefined ? "openai-clip" : (sources[0] as string);
}
