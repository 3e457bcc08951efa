import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readText } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";
import { readAllResults, type StoredResult } from "../report/results/result-folder.ts";
import type { AccuracyRow } from "../robustness/accuracy-row.ts";
import type { Baseline } from "../robustness/baseline.ts";
import { NO_RULES } from "../robustness/line-rules.ts";
import { type ParsedAccuracies, parseAccuracies } from "../robustness/parse-accuracies.ts";
import { listBaselines, readBaseline } from "../robustness/read-baseline.ts";

/** CSV files that `fit` writes itself: never read as accuracies. */
const OUTPUTS = [
  ...["fits.csv", "robustness.csv", "influence.csv", "relative.csv"],
  ...["groups.csv", "group-tests.csv", "replicates.csv"],
];

/**
 * Reads the accuracies of checkpoints: a results folder, a CSV file, or the id of a published baseline.
 *
 * @throws InputError if it is none of these, or holds no accuracy
 */
export async function readAccuracies(typed: string): Promise<ParsedAccuracies> {
  const found = await stat(typed).catch(() => undefined);
  if (found?.isDirectory()) return readFolder(typed);
  if (found?.isFile()) return parseAccuracies(await readText(typed), typed);
  if ((await listBaselines()).includes(typed)) return readBaseline(typed);
  throw new InputError(
    `${typed}: no such file or folder; expected a results folder, an accuracies.csv, or a baseline (${(await listBaselines()).join(", ")})`,
  );
}

/** Reads a baseline: the id of one that ships with the package, a CSV file, or a results folder. */
export async function openBaseline(typed: string): Promise<Baseline> {
  const shipped = (await listBaselines()).includes(typed);
  const found = shipped ? undefined : await stat(typed).catch(() => undefined);
  if (found?.isDirectory() !== true) return readBaseline(typed);
  return { ...(await readFolder(typed)), id: basename(resolve(typed)), rules: NO_RULES };
}

/** A folder's `metrics.json` files where it has them, else its CSV files. */
async function readFolder(folder: string): Promise<ParsedAccuracies> {
  const results = await readAllResults(folder);
  if (results.length > 0) return { rows: results.flatMap((result) => toRow(result, folder)), notes: [] };
  const names = (await readdir(folder)).filter((name) => name.endsWith(".csv") && !OUTPUTS.includes(name)).sort();
  if (names.length === 0) {
    throw new InputError(`${folder}: expected results (metrics.json files) or CSV files of accuracies, found none`);
  }
  const paths = names.map((name) => join(folder, name));
  const parsed = await Promise.all(paths.map(async (path) => parseAccuracies(await readText(path), path)));
  return { rows: parsed.flatMap((one) => one.rows), notes: parsed.flatMap((one) => one.notes) };
}

function toRow({ metrics: result, made }: StoredResult, folder: string): AccuracyRow[] {
  const top1 = result.metrics.find((metric) => metric.metric === "top1");
  if (top1 === undefined) return [];
  const { checkpoint, benchmark, protocol, templates, class_names, n, expected_n } = result;
  return [
    {
      ...{ model: checkpoint, group: "", benchmark, protocol, templates, classNames: class_names },
      ...{ accuracy: top1.value, n, expectedN: expected_n },
      where: join(folder, checkpoint, benchmark, protocol),
      made,
    },
  ];
}

/** The baseline where none is named: the OpenAI CLIPs on ImageNet; of a study of its own axes, all its checkpoints together. */
export function defaultBaseline(study: string | undefined, sources: readonly string[]): string {
  return study === undefined ? "openai-clip" : (sources[0] as string);
}
