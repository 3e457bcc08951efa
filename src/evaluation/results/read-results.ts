import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { compareKeys, type EvaluationKey } from "../../foundation/evaluation-key.ts";
import { readOwnTextIfThere } from "../../foundation/files/if-there.ts";
import { type MadeWith, madeWith } from "./made-with.ts";
import { METRICS_FILE, parseMetrics, type ResultMetrics } from "./metrics-file.ts";
import { resultPrompts } from "./result-folder.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";
import { checkRun, RUN_FILE, readRun, type StoredRun } from "./run-file.ts";

/** A result and the folder of its files. */
export interface StoredResult {
  readonly folder: string;
  readonly metrics: ResultMetrics;
  /** settings from its `run.json`; empty if that was not read */
  readonly made: MadeWith;
  /** null if not requested or missing */
  readonly run: StoredRun | null;
}

export interface ResultsRead {
  /** ordered by key */
  readonly results: readonly StoredResult[];
  /** problems; these results are left out */
  readonly problems: readonly ResultProblem[];
}

export interface ReadResultsOptions {
  /** read only this checkpoint's results */
  readonly checkpoint?: string;
  /** also read each `run.json`; a result with an unreadable one is then a problem */
  readonly runs?: boolean;
}

/** Maximum number of files open concurrently; systems limit a process to several hundred. */
const MAX_OPEN_FILES = 64;

/**
 * Reads every result below `<out>/<checkpoint>/<benchmark>/<protocol>/<prompts>`. A result that is unreadable,
 * incomplete, of a newer version, or contradicts itself or its location is reported as a problem and does not affect
 * others.
 *
 * @throws InputError if the results folder itself cannot be listed
 */
export async function readResults(out: string, options: ReadResultsOptions = {}): Promise<ResultsRead> {
  const problems: ResultProblem[] = [];
  const places = await findPlaces(out, options.checkpoint, problems);
  const results: StoredResult[] = [];
  for (let from = 0; from < places.length; from += MAX_OPEN_FILES) {
    const some = places.slice(from, from + MAX_OPEN_FILES);
    const read = await Promise.all(some.map((place) => readResult(out, place, options.runs ?? false)));
    for (const entry of read) {
      if (entry === null) continue;
      if ("reason" in entry) problems.push(entry);
      else results.push(entry);
    }
  }
  results.sort((a, b) => compareKeys(a.metrics, b.metrics));
  return { results, problems };
}

async function readResult(
  out: string,
  place: readonly string[],
  runs: boolean,
): Promise<StoredResult | ResultProblem | null> {
  const folder = join(out, ...place);
  const path = join(folder, METRICS_FILE);
  try {
    const text = await readOwnTextIfThere(path);
    if (text === null) return null;
    const metrics = parseMetrics(text, path);
    checkPlace(metrics, place, path);
    const run = runs ? await readRun(folder) : null;
    if (run !== null) checkRun(run, metrics, join(folder, RUN_FILE));
    return { folder, metrics, made: madeWith(run ?? {}), run };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { place, reason: error.message };
  }
}

/** @throws InputError if the folder's path does not match the result in it */
function checkPlace(metrics: ResultMetrics, place: readonly string[], path: string): void {
  const { checkpoint, benchmark, protocol } = metrics;
  const [inPath, ...parts] = [place.slice(0, -1), [checkpoint, benchmark, protocol]].map((names) => sameForm(names));
  const fits =
    parts[0] === inPath && resultPrompts(metrics).some((prompts) => sameForm([prompts]) === sameForm(place.slice(-1)));
  if (fits) return;
  throw new InputError(
    `${path}: it belongs to ${[checkpoint, benchmark, protocol, metrics.templates].join("/")}, which is not its folder`,
  );
}

/** Normalizes names, because some file systems change their Unicode form. */
function sameForm(names: readonly string[]): string {
  return names.join("/").normalize("NFC");
}

/** Returns the location of a result as far as its key determines it. */
export function placeOf({ checkpoint, benchmark, protocol }: EvaluationKey): string[] {
  return [checkpoint, benchmark, protocol];
}

/** Formats the message for a result that was left out. */
export function describeProblem({ reason }: ResultProblem): string {
  return `${reason}; left out: evaluate it again, or move it`;
}

/** Whether a result is at a problem's location, or below it. */
export function isAt({ place }: ResultProblem, key: EvaluationKey): boolean {
  const names = [key.checkpoint, key.benchmark, key.protocol];
  return place.every((name, i) =>
    i < names.length ? sameForm([name]) === sameForm([names[i] as string]) : resultPrompts(key).includes(name),
  );
}
