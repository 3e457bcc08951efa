import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { compareKeys } from "../../foundation/evaluation-key.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { formatAccuracies, type ListedResult } from "./accuracies-csv.ts";
import { ACCURACIES_FILE, isSound, readAccuraciesFile } from "./accuracies-file.ts";
import { isAt, readResults } from "./read-results.ts";
import type { ResultProblem } from "./result-places.ts";

/** Maximum number of checkpoints listed in a message. */
const MAX_NAMED = 3;

/**
 * Rebuilds `<out>/accuracies.csv` from every `metrics.json` below it and renames it into place, so that concurrent runs
 * cannot corrupt it. Rows of deleted results are removed. Consistent rows of results that are now unreadable or
 * inconsistent are kept.
 *
 * @returns notes about unusable results, and whether their rows are kept
 * @throws InputError if the results cannot be listed, or the file cannot be written
 */
export async function rebuildAccuracies(out: string): Promise<string[]> {
  const path = join(out, ACCURACIES_FILE);
  const { results, problems } = await readResults(out);
  const fresh: readonly ListedResult[] = results.map(({ metrics }) => metrics);
  if (problems.length === 0) {
    await atomicWrite(path, formatAccuracies(fresh));
    return [];
  }
  const old = await earlierRows(path);
  const kept = old.filter((result) => isSound(result) && problems.some((problem) => isAt(problem, result)));
  await atomicWrite(path, formatAccuracies([...fresh, ...kept].sort(compareKeys)));
  return problems.map((problem) => describe(problem, kept));
}

/**
 * Refuses to overwrite an `accuracies.csv` that was not made from the results in its folder.
 *
 * @throws InputError if it has another form, or none of the checkpoints in its rows has a folder here
 */
export async function checkAccuraciesFile(out: string): Promise<void> {
  const path = join(out, ACCURACIES_FILE);
  const advice = "it is not overwritten: move it, or choose another --out";
  try {
    const rows = (await readAccuraciesFile(path)) ?? [];
    const names = [...new Set(rows.map(({ checkpoint }) => checkpoint))];
    for (const name of names) if (await statIfThere(join(out, name))) return;
    if (names.length > 0) throw new InputError(`${path}: no result of it is in this folder (${some(names)})`);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; ${advice}`, { cause });
  }
}

function some(names: readonly string[]): string {
  return names.length > MAX_NAMED ? `${names.slice(0, MAX_NAMED).join(", ")}, …` : names.join(", ");
}

async function earlierRows(path: string): Promise<ListedResult[]> {
  try {
    return (await readAccuraciesFile(path)) ?? [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function describe(problem: ResultProblem, kept: readonly ListedResult[]): string {
  const stays = kept.some((result) => isAt(problem, result));
  return `${problem.reason}; accuracies.csv ${stays ? "keeps its rows" : "has no row for it"}`;
}
