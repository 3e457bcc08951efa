import { basename } from "node:path";
import { InputError } from "../input-error.ts";
import { hasResults, noResults, readCheckpointPredictions } from "../report/results/read-predictions.ts";
import { readAllMetrics } from "../report/results/result-folder.ts";
import { accuracyGrid } from "../report/tables/accuracy-grid.ts";
import { formatComparisons } from "../report/tables/comparison-csv.ts";
import { accuracyGridTable } from "../report/tables/comparison-table.ts";
import { block, type ClassNamer, formatNearest, formatPairs } from "../report/tables/comparison-text.ts";
import { formatWideAccuracies } from "../report/tables/wide-csv.ts";
import {
  type BenchmarkComparison,
  type CheckpointComparison,
  type CheckpointPredictions,
  comparePairs,
} from "../robustness/compare-checkpoints.ts";
import { compareWithNearest, type NearestComparison, type NearestRow } from "../robustness/compare-nearest.ts";
import { readClassNamer } from "./compare-class-names.ts";
import { openBaseline, readAccuracies } from "./fit-inputs.ts";
import { defaultProtocolsOf, readStudy } from "./read-study.ts";
import { tellAccuraciesApart } from "./told-apart.ts";

const DEFAULT_RESULTS = "results";
const DEFAULT_BASELINE = "openai-clip";
const FORMATS = ["text", "markdown", "latex", "csv", "wide-csv"] as const;
type Format = (typeof FORMATS)[number];

/** The options of `shiftline compare` as the command line gives them. */
export interface CompareCommandOptions {
  /** default: `results` */
  readonly results?: string;
  /** benchmarks to compare; every one that a pair has in common where absent */
  readonly benchmark?: string[];
  /** compare each of the others with this checkpoint only, not every pair */
  readonly reference?: string;
  /** baseline whose nearest model each checkpoint is put beside; openai-clip where one checkpoint is given */
  readonly baseline?: string;
  /** default: text */
  readonly format?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `shiftline compare`: several checkpoints paired on the same images, every pair in the order given (the earlier
 * minus the later) or all against `reference`; one checkpoint beside the nearest model of a baseline. Results to stdout,
 * what is left out or differs to stderr.
 *
 * @param typed names of checkpoints in the results, or their folders
 * @throws InputError for what the user can put right; nothing is printed then
 */
export async function runCompare(typed: readonly string[], options: CompareCommandOptions): Promise<void> {
  const format = parseFormat(options);
  const results = options.results ?? DEFAULT_RESULTS;
  const checkpoints = await findCheckpoints(typed, results);
  const pairs = pairNames(checkpoints, options.reference && (await findCheckpoints([options.reference], results))[0]);
  const comparison = await compareInPairs(pairs, results, options);
  const nearest = await compareNearest(checkpoints, pairs.length === 0, results, options);
  const nameOf = await readClassNamer(comparison.rows, (await readStudy(undefined)).benchmarks);
  for (const note of new Set([...comparison.notes, ...nearest.notes])) {
    process.stderr.write(note.startsWith("warning: ") ? `${note}\n` : `note: ${note}\n`);
  }
  const shown = new Set([...checkpoints, ...pairs.flat()]);
  const text = options.json
    ? toJson(comparison.rows, nearest.rows, [...comparison.notes, ...nearest.notes], nameOf)
    : await toText(format, [...shown], results, comparison.rows, nearest.rows, nameOf, options);
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

function parseFormat({ format = "text", json }: CompareCommandOptions): Format {
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) throw new InputError(`unknown format "${format}"; known: ${FORMATS.join(", ")}`);
  if (json && known !== "text") throw new InputError(`--json and --format ${known} exclude each other; leave one out`);
  return known;
}

/** Checkpoints' names in the results: as typed, or the last part of a path without `.onnx`, as `evaluate` names them. */
async function findCheckpoints(typed: readonly string[], results: string): Promise<string[]> {
  const found: string[] = [];
  for (const one of typed) {
    let name = basename(one);
    if (!(await hasResults(results, name))) name = basename(one, ".onnx");
    if (!(await hasResults(results, name))) throw await noResults(results, one);
    found.push(name);
  }
  const twice = found.find((name, i) => found.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`checkpoint ${twice} is given twice`);
  return found;
}

function pairNames(checkpoints: readonly string[], reference: string | undefined): [string, string][] {
  if (reference === undefined || reference === "") {
    return checkpoints.flatMap((first, i) =>
      checkpoints.slice(i + 1).map((second): [string, string] => [first, second]),
    );
  }
  return checkpoints.filter((name) => name !== reference).map((name) => [name, reference]);
}

async function compareInPairs(
  pairs: readonly (readonly [string, string])[],
  results: string,
  { benchmark }: CompareCommandOptions,
): Promise<CheckpointComparison> {
  const read = new Map<string, CheckpointPredictions>();
  for (const name of new Set(pairs.flat())) {
    read.set(name, await readCheckpointPredictions(results, name, benchmark));
  }
  const of = (name: string) => read.get(name) as CheckpointPredictions;
  return comparePairs(pairs.map(([first, second]) => [of(first), of(second)] as const));
}

async function compareNearest(
  checkpoints: readonly string[],
  isAlone: boolean,
  results: string,
  { baseline, benchmark }: CompareCommandOptions,
): Promise<NearestComparison> {
  if (!isAlone && baseline === undefined) return { rows: [], notes: [] };
  const read = await openBaseline(baseline ?? DEFAULT_BASELINE);
  const own = (await readAccuracies(results)).rows.filter(({ model }) => checkpoints.includes(model));
  const apart = await tellAccuraciesApart(read.rows, own);
  const [opened, rows] = [{ ...read, rows: read.rows.map(apart.rename) }, own.map(apart.rename)];
  const protocols = defaultProtocolsOf(await readStudy(undefined));
  const each = checkpoints.map((checkpoint) =>
    compareWithNearest(
      rows.filter(({ model }) => model === checkpoint),
      opened,
      protocols,
    ),
  );
  const isWanted = (row: NearestRow) => benchmark === undefined || benchmark.includes(row.benchmark);
  return {
    rows: each.flatMap((one) => one.rows).filter(isWanted),
    notes: [...apart.notes, ...opened.notes, ...each.flatMap((one) => one.notes)],
  };
}

async function toText(
  format: Format,
  checkpoints: readonly string[],
  results: string,
  rows: readonly BenchmarkComparison[],
  nearest: readonly NearestRow[],
  nameOf: ClassNamer,
  { benchmark }: CompareCommandOptions,
): Promise<string> {
  if (format === "csv") return formatComparisons(rows, nearest);
  const metrics = format === "text" ? [] : await readAllMetrics(results);
  const shown = metrics.filter(
    (one) => checkpoints.includes(one.checkpoint) && (benchmark === undefined || benchmark.includes(one.benchmark)),
  );
  const grid = accuracyGrid(shown, checkpoints);
  if (format === "wide-csv") return formatWideAccuracies(grid);
  return [
    ...(format === "text" ? [] : [block(accuracyGridTable(grid), [accuracyHeading(shown)], format)]),
    ...(rows.length > 0 ? [formatPairs(rows, format, nameOf)] : []),
    ...(nearest.length > 0 ? [formatNearest(nearest, format)] : []),
  ].join("\n\n");
}

function accuracyHeading(metrics: readonly { readonly templates: string }[]): string {
  const templates = new Set(metrics.map((one) => one.templates));
  const prompts = templates.size === 1 ? `, prompts ${[...templates][0]}` : "";
  return `Zero-shot top-1 accuracy in percent, 95 % intervals (Clopper-Pearson)${prompts}`;
}

/** Every figure, the images that only one gets right, and the classes that changed, with their names where known. */
function toJson(
  rows: readonly BenchmarkComparison[],
  nearest: readonly NearestRow[],
  notes: readonly string[],
  nameOf: ClassNamer,
): string {
  const comparisons = rows.map((row) => ({
    ...row,
    classes: row.classes
      .filter(({ onlyFirst, onlySecond }) => onlyFirst + onlySecond > 0)
      .map((change) => ({ ...change, name: nameOf(row, change.label) })),
  }));
  return JSON.stringify({ comparisons, nearest, notes }, null, 2);
}
