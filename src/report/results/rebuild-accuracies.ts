import { join } from "node:path";
import { atomicWrite } from "../../files/atomic-write.ts";
import { InputError } from "../../input-error.ts";
import { type AccuraciesOfResult, formatAccuracies } from "../tables/accuracies-csv.ts";
import { isSound, readAccuraciesFile } from "./accuracies-file.ts";
import { compareResults, isAt, readResults } from "./read-results.ts";
import type { ResultProblem } from "./result-places.ts";

/**
 * Makes `<out>/accuracies.csv` again from every `metrics.json` below it and renames it into place: runs side by side
 * cannot spoil it. Of results that are gone no row is left. Of those that cannot be read now, or cannot be true, the
 * rows that were there stay where they can be true.
 *
 * @returns what the user should know: which results could not be read, and whether their rows stay
 * @throws InputError if the results cannot be listed, or the file cannot be written
 */
export async function rebuildAccuracies(out: string): Promise<string[]> {
  const path = join(out, "accuracies.csv");
  const { results, problems } = await readResults(out);
  const fresh: readonly AccuraciesOfResult[] = results.map(({ metrics }) => metrics);
  if (problems.length === 0) {
    await atomicWrite(path, formatAccuracies(fresh));
    return [];
  }
  const old = await earlierRows(path);
  const kept = old.filter((result) => isSound(result) && problems.some((problem) => isAt(problem, result)));
  await atomicWrite(path, formatAccuracies([...fresh, ...kept].sort(compareResults)));
  return problems.map((problem) => describe(problem, kept));
}

/** @throws InputError if an `accuracies.csv` is there that `evaluate` did not write: it would be lost */
export async function checkAccuraciesFile(out: string): Promise<void> {
  try {
    await readAccuraciesFile(join(out, "accuracies.csv"));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; it is not replaced: move it away, or choose another --out`, { cause });
  }
}

async function earlierRows(path: string): Promise<AccuraciesOfResult[]> {
  try {
    return (await readAccuraciesFile(path)) ?? [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function describe(problem: ResultProblem, kept: readonly AccuraciesOfResult[]): string {
  const stays = kept.some((result) => isAt(problem, result));
  return `${problem.reason}; accuracies.csv ${stays ? "keeps the rows it had of it" : "has no row of it"}`;
}
