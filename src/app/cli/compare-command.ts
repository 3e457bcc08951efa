import { basename } from "node:path";
import {
  type BenchmarkComparison,
  type CheckpointComparison,
  comparePairs,
} from "../../analysis/comparison/compare-checkpoints.ts";
import { readClassNamer } from "../../analysis/comparison/compare-class-names.ts";
import {
  compareWithNearest,
  type NearestComparison,
  type NearestRow,
} from "../../analysis/robustness/compare-nearest.ts";
import { defaultProtocolsOf, readStudy } from "../../analysis/robustness/read-study.ts";
import {
  hasResults,
  noResults,
  type PredictionsRead,
  readUsablePredictions,
} from "../../evaluation/results/read-predictions.ts";
import { describeProblem, readResults, type StoredResult } from "../../evaluation/results/read-results.ts";
import { warningsOf } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, TASK_FIELDS } from "../../foundation/evaluation-key.ts";
import type { Note } from "../../foundation/notes.ts";
import { checkpointName, repositoryName } from "../../model/checkpoint/hub-cache.ts";
import { accuracyGrid } from "../../output/tables/accuracy-grid.ts";
import { formatComparisons } from "../../output/tables/comparison-csv.ts";
import { type ClassNamer, formatNearest, formatPairs } from "../../output/tables/comparison-text.ts";
import { formatResultsLatex, formatResultsMarkdown } from "../../output/tables/results-markup.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { taskTitles } from "../../output/tables/task-title.ts";
import { markWarnings } from "../../output/tables/warning-marks.ts";
import { formatWideAccuracies } from "../../output/tables/wide-csv.ts";
import { distinguishAccuracies, renameResult } from "./distinguish-accuracies.ts";
import { accuraciesOf, openBaseline } from "./fit-inputs.ts";
import { checkNothingLeftOut, notesJson, printNotes, sortNotes } from "./print-notes.ts";
import { printJson, printText } from "./print-result.ts";
import { showResults } from "./show-results.ts";

const DEFAULT_RESULTS = "results";
const DEFAULT_BASELINE = "openai-clip";
const FORMATS = ["text", "markdown", "latex", "csv", "wide-csv"] as const;
type Format = (typeof FORMATS)[number];

/** Options of `shiftline compare`, as parsed from the command line. */
export interface CompareCommandOptions {
  /** default: `results` */
  readonly results?: string;
  /** benchmarks to compare; default: all that a pair has in common */
  readonly benchmark?: string[];
  /** compare each checkpoint with this one only, not every pair */
  readonly reference?: string;
  /** baseline whose nearest model each checkpoint is compared with; default with one checkpoint: openai-clip */
  readonly baseline?: string;
  /** default: text */
  readonly format?: string;
  readonly quiet?: boolean;
  /** print every note in full */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `shiftline compare`. Several checkpoints are paired on the same images: every pair in the order given (the
 * earlier minus the later), or each against `reference`. A single checkpoint is compared with the nearest model of a
 * baseline. Results go to stdout, notes and omissions to stderr. A result that is unreadable or inconsistent is left
 * out and named, and the command fails after the rest is done. Results of other checkpoints are not read.
 *
 * @param idsOrPaths names of checkpoints in the results, or their folders
 * @throws InputError for mistakes that the user can fix; nothing is printed then
 */
export async function runCompare(idsOrPaths: readonly string[], options: CompareCommandOptions): Promise<void> {
  const format = parseFormat(options);
  const results = options.results ?? DEFAULT_RESULTS;
  const checkpoints = await findCheckpoints(idsOrPaths, results);
  const pairs = pairNames(checkpoints, options.reference && (await findCheckpoints([options.reference], results))[0]);
  const read = await readPairs(pairs, results, options);
  const comparison = compareRead(pairs, read);
  const shown = [...new Set([...checkpoints, ...pairs.flat()])];
  const usable = await readUsableResults(shown, results, options, read);
  const nearest = await compareNearest(checkpoints, pairs.length === 0, results, usable.all, options);
  const about = await readStudy(undefined);
  const nameOf = await readClassNamer(comparison.rows, about.benchmarks);
  const titleOf = taskTitles(about.benchmarks, about.axes);
  const notes = [...comparison.notes, ...nearest.notes];
  const warnings = [
    ...warningsOf(usable.stored),
    ...nearest.warnings.filter(({ about }) => isAsked(about?.benchmark, options)),
  ];
  const leftOut = [...new Set([...usable.leftOut, ...nearest.leftOut])];
  const sortedNotes = sortNotes(notes, warnings, leftOut);
  printNotes(sortedNotes, options);
  if (options.json) printJson(toJson(comparison.rows, nearest.rows, notes, sortedNotes.warnings, nameOf));
  else {
    const pairRows = inShiftOrder(comparison.rows, ({ first, second }) => JSON.stringify([first, second]));
    const nearestRows = inShiftOrder(nearest.rows, ({ checkpoint }) => checkpoint);
    const parts = [
      await accuraciesText(format, shown, usable.stored, { results, defaults: defaultProtocolsOf(about) }),
    ];
    const marks = markWarnings(warnings);
    if (format !== "csv" && format !== "wide-csv") {
      if (pairRows.length > 0) parts.push(formatPairs(pairRows, format, nameOf, marks, titleOf));
      if (nearestRows.length > 0) parts.push(formatNearest(nearestRows, format, marks, titleOf));
    } else if (format === "csv") parts.push(formatComparisons(pairRows, nearestRows));
    printText(parts.filter((part) => part !== "").join("\n\n"));
  }
  checkNothingLeftOut(leftOut);
}

function parseFormat({ format = "text", json }: CompareCommandOptions): Format {
  const known = FORMATS.find((candidate) => candidate === format);
  if (known === undefined) throw new InputError(`unknown format "${format}"; known: ${FORMATS.join(", ")}`);
  if (json && known !== "text") throw new InputError(`--json and --format ${known} exclude each other; leave one out`);
  return known;
}

/** Finds checkpoints in the results by name, or by path as `evaluate` derives names. */
async function findCheckpoints(idsOrPaths: readonly string[], results: string): Promise<string[]> {
  const found: string[] = [];
  for (const idOrPath of idsOrPaths) {
    let name: string | undefined;
    for (const candidate of namesOf(idOrPath)) {
      if (name === undefined && (await hasResults(results, candidate))) name = candidate;
    }
    if (name === undefined) throw await noResults(results, idOrPath);
    found.push(name);
  }
  const twice = found.find((name, i) => found.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`checkpoint ${twice} is given twice`);
  return found;
}

function namesOf(path: string): string[] {
  return [basename(path), checkpointName(path), repositoryName(path) ?? "", basename(path, ".onnx")];
}

function pairNames(checkpoints: readonly string[], reference: string | undefined): [string, string][] {
  if (reference === undefined || reference === "") {
    return checkpoints.flatMap((first, i) =>
      checkpoints.slice(i + 1).map((second): [string, string] => [first, second]),
    );
  }
  return checkpoints.filter((name) => name !== reference).map((name) => [name, reference]);
}

type ReadPairs = ReadonlyMap<string, PredictionsRead>;

async function readPairs(
  pairs: readonly (readonly [string, string])[],
  results: string,
  { benchmark }: CompareCommandOptions,
): Promise<ReadPairs> {
  const read = new Map<string, PredictionsRead>();
  for (const name of new Set(pairs.flat())) read.set(name, await readUsablePredictions(results, name, benchmark));
  return read;
}

function compareRead(pairs: readonly (readonly [string, string])[], read: ReadPairs): CheckpointComparison {
  const of = (name: string) => (read.get(name) as PredictionsRead).predictions;
  try {
    return comparePairs(pairs.map(([first, second]) => [of(first), of(second)] as const));
  } catch (cause) {
    const problems = [...read.values()].flatMap((entry) => entry.problems);
    if (!(cause instanceof InputError) || problems.length === 0) throw cause;
    throw new InputError(`${[...problems.map(describeProblem), cause.message].join("; ")}`, { cause });
  }
}

/** Results of the compared checkpoints, without unusable ones. */
interface UsableResults {
  readonly all: readonly StoredResult[];
  /** results on the requested benchmarks */
  readonly stored: readonly StoredResult[];
  readonly leftOut: readonly string[];
}

/** Reads the results. If predictions were read too, metrics that they do not reproduce are unusable. */
async function readUsableResults(
  checkpoints: readonly string[],
  results: string,
  { benchmark }: CompareCommandOptions,
  read: ReadPairs,
): Promise<UsableResults> {
  const all: StoredResult[] = [];
  const stored: StoredResult[] = [];
  const leftOut: string[] = [];
  const isWanted = (id: string | undefined) => benchmark === undefined || id === undefined || benchmark.includes(id);
  for (const checkpoint of checkpoints) {
    const checkpointResults = await readResults(results, { checkpoint, runs: true });
    const paired = read.get(checkpoint);
    const used = new Set(paired?.predictions.results.map((entry) => keyText(entry, TASK_FIELDS)));
    for (const result of checkpointResults.results) {
      const { metrics } = result;
      const isAsked = isWanted(metrics.benchmark);
      const key = keyText(metrics, TASK_FIELDS);
      if (isAsked && paired !== undefined && !used.has(key)) continue;
      all.push(result);
      if (isAsked) stored.push(result);
    }
    const problems = paired?.problems ?? checkpointResults.problems.filter(({ place }) => isWanted(place[1]));
    leftOut.push(...problems.map(describeProblem));
  }
  return { all, stored, leftOut };
}

function isAsked(benchmark: string | undefined, options: CompareCommandOptions): boolean {
  return options.benchmark === undefined || benchmark === undefined || options.benchmark.includes(benchmark);
}

async function compareNearest(
  checkpoints: readonly string[],
  isAlone: boolean,
  results: string,
  stored: readonly StoredResult[],
  { baseline, benchmark }: CompareCommandOptions,
): Promise<NearestComparison & { readonly warnings: readonly Note[]; readonly leftOut: readonly string[] }> {
  if (!isAlone && baseline === undefined) return { rows: [], notes: [], warnings: [], leftOut: [] };
  const read = await openBaseline(baseline ?? DEFAULT_BASELINE);
  const checkpointRows = accuraciesOf(stored, results, []).rows;
  const distinguished = await distinguishAccuracies(read.rows, checkpointRows);
  const [opened, rows] = [
    { ...read, rows: read.rows.map(distinguished.rename) },
    checkpointRows.map(distinguished.rename),
  ];
  const protocols = defaultProtocolsOf(await readStudy(undefined));
  const each = checkpoints.map((checkpoint) =>
    compareWithNearest(
      rows.filter((row) => row.checkpoint === checkpoint),
      opened,
      protocols,
    ),
  );
  const isWanted = (row: NearestRow) => benchmark === undefined || benchmark.includes(row.benchmark);
  return {
    rows: each.flatMap((comparison) => comparison.rows).filter(isWanted),
    notes: [...distinguished.notes, ...opened.notes, ...each.flatMap((comparison) => comparison.notes)],
    warnings: warningsOf([...stored, ...read.results].map((result) => renameResult(result, distinguished))),
    leftOut: opened.leftOut,
  };
}

/** Formats the accuracies printed before the comparisons, like `shiftline table`, or alone as a wide CSV. */
async function accuraciesText(
  format: Format,
  checkpoints: readonly string[],
  stored: readonly StoredResult[],
  { results, defaults }: { readonly results: string; readonly defaults: ReadonlyMap<string, string> },
): Promise<string> {
  if (format === "wide-csv") {
    const metrics = stored.map((result) => result.metrics);
    return formatWideAccuracies(accuracyGrid(metrics, checkpoints, defaults));
  }
  if (format !== "markdown" && format !== "latex") return "";
  const shown = await showResults(stored, results, { study: undefined, benchmarks: [], baseline: null });
  return format === "latex" ? formatResultsLatex(shown) : formatResultsMarkdown(shown);
}

/**
 * Returns all numbers as JSON: also the images that only one checkpoint gets right, and the classes that changed, with
 * their names if known.
 */
function toJson(
  rows: readonly BenchmarkComparison[],
  nearest: readonly NearestRow[],
  notes: readonly Note[],
  warnings: readonly string[],
  nameOf: ClassNamer,
): unknown {
  const comparisons = rows.map((row) => ({
    ...row,
    classes: row.classes
      .filter(({ onlyFirst, onlySecond }) => onlyFirst + onlySecond > 0)
      .map((change) => ({ ...change, name: nameOf(row, change.label) })),
  }));
  return { comparisons, nearest, notes: notesJson(notes), warnings };
}
