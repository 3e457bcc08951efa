import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { compareKeys } from "../../foundation/evaluation-key.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { formatAccuracies, type ListedResult } from "./accuracies-csv.ts";
import { ACCURACIES_FILE, isSound, readAccuraciesFile } from "./accuracies-file.ts";
import { isAt, readResults } from "./read-results.ts";
import type { ResultProblem } from "./result-places.ts";

/** Checkpoints named in a message. */
const FEW = 3;

/**
 * Makes `<out>/accuracies.csv` again from every `metrics.json` below it and renames it into place: runs side by side
 * cannot spoil it. Of results that are gone no row is left. Of those that cannot be read now, or cannot be true, the
 * rows that were there stay where they can be true.
 *
 * @returns what the user should know: which results could not be read, and whether their rows stay
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
 * Refuses to replace an `accuracies.csv` that was not made from the results beside it.
 *
 * @throws InputError if it is of another form, or has rows but no checkpoint of them has a folder here
 */
export async function checkAccuraciesFile(out: string): Promise<void> {
  const path = join(out, ACCURACIES_FILE);
  const remedy = "it is not replaced: move it away, or choose another --out";
  try {
    const rows = (await readAccuraciesFile(path)) ?? [];
    const names = [...new Set(rows.map(({ checkpoint }) => checkpoint))];
    for (const name of names) if (await statIfThere(join(out, name))) return;
    if (names.length > 0) throw new InputError(`${path}: no result of it is in this folder (${some(names)})`);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; ${remedy}`, { cause });
  }
}

function some(names: readonly string[]): string {
  return names.length > FEW ? `${names.slice(0, FEW).join(", ")}, …` : names.join(", ");
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
  return `${problem.reason}; accuracies.csv ${stays ? "keeps the rows it had of it" : "has no row of it"}`;
}
