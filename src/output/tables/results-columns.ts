import { AVERAGE, isInDistribution, isWholeProtocol, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { compareTexts, splitProtocol } from "../../foundation/evaluation-key.ts";
import { shiftOrder } from "./shift-order.ts";

/**
 * The kind of a column of the results table: a benchmark in distribution, a shift of the average, the average, another
 * benchmark, the in-distribution benchmark on a shift's classes (a control, never the shift itself), or a benchmark by
 * another protocol than the table's.
 */
export type ColumnKind = "in-distribution" | "shift" | "average" | "other-benchmark" | "control" | "other-protocol";

export interface ResultsColumn {
  readonly kind: ColumnKind;
  /** {@link AVERAGE} for the average */
  readonly benchmark: string;
  /** "" for the average */
  readonly protocol: string;
  /** unique */
  readonly title: string;
}

/** The parts of a benchmark's definition that a table uses. */
export type TableBenchmark = Pick<Benchmark, "id" | "title" | "shortTitle" | "protocols">;

export interface ColumnOptions {
  readonly axes: StudyAxes;
  readonly benchmarks: readonly TableBenchmark[];
  /** benchmark → the protocol that the user requested */
  readonly asked: ReadonlyMap<string, string>;
  /** benchmark → the baseline's protocol */
  readonly preferred: ReadonlyMap<string, string>;
}

const AVERAGE_TITLE = "Avg.";
const MAX_TITLE = 20;

/**
 * Chooses the protocol of each benchmark's column among those of the rows: the requested one, else the baseline's, else
 * the benchmark's default, else the first.
 *
 * @throws InputError if a requested protocol has no results, or is a class subset of the in-distribution benchmark
 */
export function chooseProtocols(rows: readonly AccuracyRow[], options: ColumnOptions): Map<string, string> {
  const { axes, asked, preferred, benchmarks } = options;
  const protocols = new Map<string, Set<string>>();
  for (const row of rows) {
    if (isControl(row, axes)) continue;
    protocols.set(row.benchmark, (protocols.get(row.benchmark) ?? new Set()).add(row.protocol));
  }
  const list = chooseClasses(rows, asked);
  for (const [benchmark, protocol] of asked) {
    const known = protocols.get(benchmark);
    if (known?.has(protocol)) continue;
    const isSubset = rows.some((row) => row.benchmark === benchmark && row.protocol === protocol);
    throw new InputError(
      isSubset
        ? `--protocol ${benchmark}=${protocol}: a class subset of the in-distribution benchmark; see the controls`
        : `--protocol ${benchmark}=${protocol}: no results by this protocol; available: ${names(known)}`,
    );
  }
  return new Map(
    [...protocols].flatMap(([benchmark, all]): [string, string][] => {
      const known = new Set([...all].filter((protocol) => splitProtocol(protocol).classes === list));
      if (known.size === 0) return [];
      const usual = benchmarks.find(({ id }) => id === benchmark)?.protocols[0]?.id;
      const wanted = [asked.get(benchmark), preferred.get(benchmark), usual].find(
        (candidate) => candidate !== undefined && known.has(candidate),
      );
      return [[benchmark, wanted ?? ([...known].sort()[0] as string)]];
    }),
  );
}

/**
 * Chooses the list of classes of the table's columns. All columns must have the same list, because accuracies on a list
 * and on all classes are not comparable. It is the list of the requested protocols, else none if any row is on all
 * classes.
 */
function chooseClasses(rows: readonly AccuracyRow[], asked: ReadonlyMap<string, string>): string | null {
  const ofAsked = [...asked.values()]
    .map((protocol) => splitProtocol(protocol).classes)
    .find((classes) => classes !== null);
  if (ofAsked !== undefined) return ofAsked;
  const lists = rows.map(({ protocol }) => splitProtocol(protocol).classes);
  return lists.includes(null) ? null : ((lists as string[]).sort()[0] ?? null);
}

function names(protocols: ReadonlySet<string> | undefined): string {
  return protocols === undefined ? "none" : [...protocols].sort().join(", ");
}

/** Returns whether accuracies are on the in-distribution benchmark, restricted to the classes of a shift. */
export function isControl(
  { benchmark, protocol }: Pick<AccuracyRow, "benchmark" | "protocol">,
  axes: StudyAxes,
): boolean {
  return axes.inDistribution.some((set) => set.benchmark === benchmark && set.classSubsets.includes(protocol));
}

/**
 * Builds the columns that the rows fill, in the order of every table: in distribution, the shifts in the study's order,
 * their average, other benchmarks, controls, other protocols. The average requires a column for every shift.
 *
 * @param chosen of {@link chooseProtocols}
 */
export function resultsColumns(
  rows: readonly AccuracyRow[],
  chosen: ReadonlyMap<string, string>,
  options: ColumnOptions,
): ResultsColumn[] {
  const { axes } = options;
  const found = new Map<string, Omit<ResultsColumn, "title">>();
  for (const { benchmark, protocol } of rows) {
    const kind = kindOf({ benchmark, protocol }, chosen, axes);
    found.set(JSON.stringify([benchmark, protocol]), { kind, benchmark, protocol });
  }
  const columns = [...found.values()];
  const isWhole = axes.shifts.every((shift) =>
    columns.some((column) => column.kind === "shift" && column.benchmark === shift),
  );
  if (isWhole && axes.shifts.length > 1) columns.push({ kind: "average", benchmark: AVERAGE, protocol: "" });
  const order = shiftOrder(axes);
  const kinds: ColumnKind[] = ["control", "other-protocol"];
  columns.sort(
    (a, b) =>
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
      order(a.benchmark, b.benchmark) ||
      order(a.protocol, b.protocol) ||
      compareTexts(a.protocol, b.protocol),
  );
  return withTitles(columns, options.benchmarks, axes);
}

function kindOf(
  row: Pick<AccuracyRow, "benchmark" | "protocol">,
  chosen: ReadonlyMap<string, string>,
  axes: StudyAxes,
): ColumnKind {
  if (isControl(row, axes)) return "control";
  if (chosen.get(row.benchmark) !== row.protocol) return "other-protocol";
  if (isInDistribution(row.benchmark, axes)) return "in-distribution";
  return axes.shifts.includes(row.benchmark) ? "shift" : "other-benchmark";
}

function withTitles(
  columns: readonly Omit<ResultsColumn, "title">[],
  benchmarks: readonly TableBenchmark[],
  axes: StudyAxes,
): ResultsColumn[] {
  const name = (id: string) => shortTitle(id, benchmarks);
  const titles = columns.map(({ kind, benchmark, protocol }) => {
    if (kind === "average") return AVERAGE_TITLE;
    if (splitProtocol(protocol).classes !== null) return listTitle({ benchmark, protocol }, benchmarks);
    if (kind === "control")
      return `${name(benchmark)} (${isShift(protocol, axes) ? name(protocol) : protocol} classes)`;
    const isPlain = kind !== "in-distribution" || isWholeProtocol(protocol, axes); // with labels of single images, the figure has another meaning
    return kind === "other-protocol" || !isPlain ? `${name(benchmark)} (${protocol})` : name(benchmark);
  });
  return columns.map((column, c) => {
    const title = titles[c] as string;
    const isUnique = titles.filter((candidate) => candidate === title).length === 1;
    return { ...column, title: isUnique ? title : `${title} [${[column.benchmark, column.protocol].join("/")}]` };
  });
}

/** `IN-V2 (imagenet100 classes)`; with the protocol unless it is the benchmark's first. */
export function listTitle(
  { benchmark, protocol }: Pick<AccuracyRow, "benchmark" | "protocol">,
  benchmarks: readonly TableBenchmark[],
): string {
  const { whole, classes } = splitProtocol(protocol);
  const usual = benchmarks.find(({ id }) => id === benchmark)?.protocols[0]?.id;
  return `${shortTitle(benchmark, benchmarks)} (${whole === usual ? "" : `${whole}, `}${classes} classes)`;
}

function isShift(id: string, { shifts }: StudyAxes): boolean {
  return shifts.includes(id);
}

/** The title of a benchmark in columns: its short title, else its title if that is short, else its id. */
export function shortTitle(id: string, benchmarks: readonly TableBenchmark[]): string {
  const known = benchmarks.find((benchmark) => benchmark.id === id);
  if (known === undefined) return id;
  return known.shortTitle ?? (known.title.length <= MAX_TITLE ? known.title : id);
}
