import { dirname, join } from "node:path";
import { z } from "zod";
import { parseAccuracies } from "../../evaluation/results/parse-accuracies.ts";
import { readTextIfThere } from "../../foundation/files/if-there.ts";
import { findNamedFile, listNamedFiles } from "../../foundation/files/named-data.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import { readText } from "../../foundation/files/read-text.ts";
import type { Baseline } from "./baseline.ts";
import { type LineRules, NO_RULES } from "./line-rules.ts";
import { parseLineRules } from "./parse-line-rules.ts";

const FOLDER = "benchmarks/baselines";

/**
 * Reads a baseline from CSV: one that ships with the package, by id, or a file of the user. A `.json` file next to it
 * with the same name contains the rules that select the models of its lines.
 *
 * @param idOrPath an id of `listBaselines`, or the path of a CSV file
 * @throws InputError for an unknown id or an invalid file
 */
export async function readBaseline(idOrPath: string): Promise<Baseline> {
  const file = await findNamedFile(idOrPath, "baseline", FOLDER, ".csv");
  const { rows, notes } = parseAccuracies(await readText(file.path), file.path);
  return { id: file.id, rows, rules: await readRules(join(dirname(file.path), `${file.id}.json`)), notes };
}

/** Lists the ids of the baselines that ship with the package. */
export async function listBaselines(): Promise<string[]> {
  return (await listNamedFiles(FOLDER, ".csv")).map((file) => file.id);
}

/**
 * Finds the metadata of a baseline that ships with the package: a CSV file with one row per model.
 *
 * @returns the path of the file; null if the baseline has none, or is a file of the user
 */
export async function baselineMetadata(id: string): Promise<string | null> {
  const files = await listNamedFiles(`${FOLDER}/metadata`, ".csv");
  return files.find((file) => file.id === id)?.path ?? null;
}

async function readRules(path: string): Promise<LineRules> {
  const text = await readTextIfThere(path);
  return text === null ? NO_RULES : parseLineRules(parseJson(text, path, z.unknown()), path);
}
