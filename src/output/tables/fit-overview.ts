import { contextOf, type Focus, hasContext } from "../../analysis/robustness/focus.ts";
import { rowsOnPreferredSides } from "../../analysis/robustness/preferred-side.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { AVERAGE, againstWords, idTitle, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { isOutsideBand, testedRows } from "../../analysis/robustness/verdict.ts";
import type { RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { largest } from "../../foundation/math/extremes.ts";
import { percent, plural, points } from "../../foundation/number-text.ts";
import { IN_FOCUS, OTHERS } from "./arrange-rows.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, moreRows, printable, right } from "./text-table.ts";
import type { WarningMarks } from "./warning-marks.ts";

/** Rows shown in all, and the minimum number of rows not in focus. */
const SHOWN = 40;
const FEWEST = 10;
const NAME_WIDTH = 30;

export interface OverviewOptions {
  /** the x axis */
  readonly side: string;
  readonly marks: WarningMarks;
  /** the file with all rows; null if none is written */
  readonly file: string | null;
  readonly focus: Focus;
}

/** Formats one row per checkpoint, the highest first; all rows in focus come on top. */
export function overview(study: RobustnessStudy, { side, marks, file, focus }: OverviewOptions): string {
  const { rows } = study;
  const { axes } = study.pairing;
  const checkpoints = new Set(rows.map((row) => row.checkpoint)).size;
  const tests = testedRows(rows);
  const shown = rowsOnPreferredSides(rows, study, side);
  const benchmarks = [...new Set(shown.map((row) => row.benchmark))].filter(
    (benchmark) => benchmark !== MEAN_OF_SHIFTS,
  );
  const several = new Set(shown.map((row) => row.templates)).size > 1;
  const onOwnClasses = new Set(shown.filter((row) => row.idSide !== side).map(({ benchmark }) => benchmark));
  const whole = new Map(
    rows
      .filter(({ idSide }) => idSide === side)
      .map((row) => [keyText(row, ["checkpoint", "templates"]), row.idAccuracy]),
  );
  const byRow = new Map<string, Map<string, RobustnessRow>>();
  for (const row of shown) {
    const key = keyText(row, ["checkpoint", "templates"]);
    const cells = byRow.get(key) ?? new Map<string, RobustnessRow>();
    if (!cells.has(row.benchmark)) cells.set(row.benchmark, row);
    byRow.set(key, cells);
  }
  const lead = benchmarks.includes(AVERAGE) ? AVERAGE : (benchmarks[0] as string);
  // Extrapolated distances are less certain, so they come last
  const height = (cells: ReadonlyMap<string, RobustnessRow>) =>
    (cells.get(lead)?.effectiveRobustness ?? -2) - (outsideBy(cells) > 0 ? 4 : 0);
  const isDoubtful = (cells: ReadonlyMap<string, RobustnessRow>) => [...cells.values()].some(({ doubt }) => doubt);
  const sorted = [...byRow.values()].filter((cells) => !isDoubtful(cells)).sort((a, b) => height(b) - height(a));
  const doubtful = new Map(
    rows.flatMap(({ checkpoint, doubt }) => (doubt === undefined ? [] : [[checkpoint, doubt] as const])),
  );
  const isContext = contextOf(focus);
  const isContextRow = (cells: ReadonlyMap<string, RobustnessRow>) => isContext(anyOf(cells).checkpoint);
  const subject = hasContext(focus) ? sorted.filter((cells) => !isContextRow(cells)) : [];
  const context = hasContext(focus) ? sorted.filter(isContextRow) : sorted;
  const top = [...subject, ...context.slice(0, Math.max(FEWEST, SHOWN - subject.length))];
  const of = top.map(anyOf);
  const listed = [...doubtful].flatMap(([checkpoint, { instead }]) => [checkpoint, instead]);
  const names = [...of.map(({ checkpoint }) => checkpoint), ...listed];
  const short = nameShortener(names, several ? 20 : NAME_WIDTH);
  const shortTemplates = nameShortener(
    of.map(({ templates }) => templates),
    9,
  );
  const cells = top.map((cellsOfRow) => {
    const any = anyOf(cellsOfRow);
    const outside = outsideBy(cellsOfRow);
    const x = whole.get(keyText(any, ["checkpoint", "templates"]));
    return [
      several ? `${short(any.checkpoint)} ${shortTemplates(any.templates)}` : short(any.checkpoint),
      x === undefined ? "" : percent(x),
      ...benchmarks.map((benchmark) => mark(cellsOfRow.get(benchmark), marks)),
      outside > 0 ? percent(outside) : "",
    ];
  });
  const columns = [
    left("checkpoint"),
    right("x %"),
    ...benchmarks.map((benchmark) => right(shortTitle(benchmark, axes))),
    right("outside"),
  ];
  return [
    `Effective robustness of ${plural(checkpoints - doubtful.size, "checkpoint")} in percentage points${printable(againstWords(axes, side))}, sorted by ${printable(lead)}`,
    ...(tests > 0 ? [`  *        outside the 95 % prediction band, by Holm over ${plural(tests, "test")}`] : []),
    `  outside  points from x, the ${idTitle(axes, side)} accuracy, to the baseline's nearest: no verdict, so last`,
    ...(onOwnClasses.size > 0
      ? [
          `  against  ${idTitle(axes, side)} on the shift's classes, as the baseline's rules require: ${[...onOwnClasses].map((benchmark) => shortTitle(benchmark, axes)).join(", ")}`,
        ]
      : []),
    formatTextTable(columns, withHeadings(cells, subject.length)),
    ...moreRows(sorted.length - cells.length, file),
    ...doubtLines(doubtful, short),
  ].join("\n");
}

/** Adds headings over the rows in focus and the others if there are both. */
function withHeadings(rows: readonly (readonly string[])[], subject: number): (readonly string[])[] {
  if (subject === 0 || subject === rows.length) return [...rows];
  return [[IN_FOCUS], ...rows.slice(0, subject), [OTHERS], ...rows.slice(subject)];
}

function anyOf(rows: ReadonlyMap<string, RobustnessRow>): RobustnessRow {
  return rows.values().next().value as RobustnessRow;
}

function shortTitle(benchmark: string, axes: StudyAxes): string {
  return printable(axes.titles[benchmark] ?? benchmark.replace(/^imagenet-/, ""));
}

/** Lists the checkpoints that are not ranked, with the reason. @param short cuts names that are too long */
function doubtLines(doubtful: ReadonlyMap<string, RowDoubt>, short: (name: string) => string): string[] {
  if (doubtful.size === 0) return [];
  const columns = [left("not ranked"), left("quality"), left("see instead")];
  const rows = [...doubtful].map(([checkpoint, { quality, instead }]) => [short(checkpoint), quality, short(instead)]);
  return ["", formatTextTable(columns, rows)];
}

function outsideBy(rows: ReadonlyMap<string, RobustnessRow>): number {
  return largest([...rows.values()].map((row) => row.outsideBy));
}

function mark(row: RobustnessRow | undefined, marks: WarningMarks): string {
  if (row === undefined) return "";
  return `${points(row.effectiveRobustness)}${isOutsideBand(row) ? "*" : " "}${marks.of(row).padEnd(marks.footnotes.length > 0 ? 1 : 0)}`;
}
