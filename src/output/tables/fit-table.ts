import { isUnreliable } from "../../analysis/robustness/baseline-fit.ts";
import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { rowsOnPreferredSides } from "../../analysis/robustness/preferred-side.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import {
  AVERAGE,
  againstWords,
  benchmarkOfSide,
  idTitle,
  isWholeProtocol,
  type StudyAxes,
  wholeSides,
} from "../../analysis/robustness/study-axes.ts";
import { headlineRows, isOutsideBand, testedRows } from "../../analysis/robustness/verdict.ts";
import type { RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { largest } from "../../foundation/math/extremes.ts";
import type { Note } from "../../foundation/notes.ts";
import { decimal, percent, percentRange, points, pointsRange } from "../../foundation/number-text.ts";
import { coveredBlock } from "./covered-text.ts";
import { headline } from "./fit-headline.ts";
import { inShiftOrder } from "./shift-order.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, moreRows, printable, right } from "./text-table.ts";
import { markWarnings, type WarningMarks } from "./warning-marks.ts";

/** Checkpoints up to which every shift is a row of its own; above, a checkpoint is a row. */
const DETAILED = 4;
/** Rows shown in the overview. */
const SHOWN = 40;
const NAME_WIDTH = 30;

/**
 * What `fit` prints: the lines, then a headline and each shift for a few checkpoints, or an overview of many; figures that
 * a warning concerns are marked, and the warnings follow.
 *
 * @param file that holds all rows; null where none is written
 * @param covered what other baselines say of extrapolated rows
 */
export function formatStudy(
  given: RobustnessStudy,
  warnings: readonly Note[] = [],
  file: string | null = null,
  covered: readonly RobustnessRow[] = [],
): string {
  const { axes } = given.pairing;
  const study = {
    ...given,
    lines: inShiftOrder(given.lines, () => "", axes),
    rows: inShiftOrder(given.rows, ({ checkpoint }) => checkpoint, axes),
  };
  const checkpoints = [...new Set(study.rows.map((row) => row.checkpoint))];
  const marks = markWarnings(warnings, axes);
  const blocks = [formatLines(study.lines, axes)];
  if (checkpoints.length > DETAILED) {
    const sides = wholeSides(axes).filter((side) => rowsOnPreferredSides(study.rows, study, side).length > 0);
    blocks.push(...sides.map((side) => overview(study, side, marks, file)));
  } else
    for (const checkpoint of checkpoints) {
      const own = study.rows.filter((row) => row.checkpoint === checkpoint);
      const prompts = [...new Set(own.map((row) => row.templates))];
      for (const templates of prompts) {
        const rows = own.filter((row) => row.templates === templates);
        blocks.push(checkpointBlock(rows, axes, prompts.length > 1, marks, testedRows(study.rows)));
      }
    }
  if (covered.length > 0) blocks.push(coveredBlock(covered, axes));
  if (marks.footnotes.length > 0) blocks.push(marks.footnotes.map(printable).join("\n"));
  return blocks.join("\n\n");
}

function formatLines(lines: readonly BaselineLine[], axes: StudyAxes): string {
  const first = lines[0] as BaselineLine;
  const of = first.group === "" ? "" : `, group ${printable(first.group)}`;
  const isBinomial = first.fit.line === "binomial";
  const prompts = new Set(lines.map((line) => line.templates));
  const prompt = prompts.size > 1 || first.templates === "" ? "" : `, templates ${printable(first.templates)}`;
  const nameOf = ({ benchmark, protocol }: BaselineLine) =>
    [benchmark, isWholeProtocol(protocol, axes) ? "" : protocol].filter((part) => part !== "").join(" ");
  const short = nameShortener(lines.map(nameOf), NAME_WIDTH);
  const shortTemplates = nameShortener(prompts, 12);
  const rows = lines.map((line) => [
    short(nameOf(line)),
    axis(line.idSide, axes),
    ...(prompts.size > 1 ? [shortTemplates(line.templates)] : []),
    ...lineCells(line),
  ]);
  const columns = [
    left("line of"),
    left("x axis"),
    ...(prompts.size > 1 ? [left("templates")] : []),
    right("slope ±se"),
    right("intercept"),
    right(isBinomial ? "scatter" : "r2"),
    right("rel. x"),
    right("n"),
    left("x range %"),
  ];
  return `Baseline ${printable(first.baseline)}${of}${prompt}, fitted on the ${first.fit.scale} scale${isBinomial ? ", binomial" : ""}\n${[formatTextTable(columns, rows), ...correctedLines(lines)].join("\n")}`;
}

/** The lines that errors of x make too flat, corrected. */
function correctedLines(lines: readonly BaselineLine[]): string[] {
  return lines.flatMap(({ benchmark, idSide, fit }) => {
    if (!isUnreliable(fit)) return [];
    const { corrected } = fit;
    const what =
      corrected === null
        ? "x too unreliable to correct the line"
        : `corrected slope ${decimal(corrected.slope, 3)} ±${decimal(corrected.slopeSe, 3)}, intercept ${decimal(corrected.intercept, 3)}`;
    return [`  ${printable(benchmark)} on ${printable(idSide)}: ${what}`];
  });
}

function lineCells({ fit }: BaselineLine): string[] {
  return [
    `${decimal(fit.slope, 3)} ±${decimal(fit.slopeSe, 3)}`,
    decimal(fit.intercept, 3),
    fit.r2 === null ? decimal(fit.scatterSd ?? 0, 3) : decimal(fit.r2, 3),
    fit.reliability === null ? "" : decimal(fit.reliability, 2),
    String(fit.n),
    percentRange(fit.idMin, fit.idMax),
  ];
}

/** @param several whether the checkpoint has figures of other templates too */
function checkpointBlock(
  rows: readonly RobustnessRow[],
  axes: StudyAxes,
  several: boolean,
  marks: WarningMarks,
  tests: number,
): string {
  const columns = [
    left("benchmark"),
    left("x axis"),
    right("x %"),
    right("acc %"),
    right("line %"),
    right("above, pp"),
    left("95 % interval"),
    left("new model %"),
    right("outside"),
  ];
  const last = [AVERAGE, MEAN_OF_SHIFTS];
  const ordered = [...rows].sort((a, b) => last.indexOf(a.benchmark) - last.indexOf(b.benchmark));
  const short = nameShortener(
    ordered.map(({ benchmark }) => benchmark),
    24,
  );
  const cells = ordered.map((row) => [
    short(row.benchmark),
    axis(row.idSide, axes),
    percent(row.idAccuracy),
    percent(row.accuracy),
    percent(row.expectedAccuracy),
    points(row.effectiveRobustness) + marks.of(row),
    row.low === null || row.high === null ? "" : pointsRange(row.low, row.high),
    row.predictionLow === null ? "" : percentRange(row.predictionLow, row.predictionHigh as number),
    row.extrapolated ? percent(row.outsideBy) : "",
  ]);
  const table = formatTextTable(columns, cells);
  const headlines = headlineRows(rows).map((row) => headline(row, axes, tests, several));
  return [...headlines, table].join("\n");
}

function overview(study: RobustnessStudy, side: string, marks: WarningMarks, file: string | null): string {
  const { rows } = study;
  const { axes } = study.pairing;
  const checkpoints = new Set(rows.map((row) => row.checkpoint)).size;
  const tests = testedRows(rows);
  const shown = rowsOnPreferredSides(rows, study, side);
  const benchmarks = [...new Set(shown.map((row) => row.benchmark))].filter((one) => one !== MEAN_OF_SHIFTS);
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
    const own = byRow.get(key) ?? new Map<string, RobustnessRow>();
    if (!own.has(row.benchmark)) own.set(row.benchmark, row);
    byRow.set(key, own);
  }
  const lead = benchmarks.includes(AVERAGE) ? AVERAGE : (benchmarks[0] as string);
  // An extrapolated distance is worth less: those come last
  const height = (own: ReadonlyMap<string, RobustnessRow>) =>
    (own.get(lead)?.effectiveRobustness ?? -2) - (outsideBy(own) > 0 ? 4 : 0);
  const isDoubtful = (own: ReadonlyMap<string, RobustnessRow>) => [...own.values()].some(({ doubt }) => doubt);
  const sorted = [...byRow.values()].filter((own) => !isDoubtful(own)).sort((a, b) => height(b) - height(a));
  const doubtful = new Map(
    rows.flatMap(({ checkpoint, doubt }) => (doubt === undefined ? [] : [[checkpoint, doubt] as const])),
  );
  const top = sorted.slice(0, SHOWN);
  const of = top.map((own) => own.values().next().value as RobustnessRow);
  const listed = [...doubtful].flatMap(([checkpoint, { instead }]) => [checkpoint, instead]);
  const names = [...of.map(({ checkpoint }) => checkpoint), ...listed];
  const short = nameShortener(names, several ? 20 : NAME_WIDTH);
  const shortTemplates = nameShortener(
    of.map(({ templates }) => templates),
    9,
  );
  const cells = top.map((own) => {
    const any = own.values().next().value as RobustnessRow;
    const outside = outsideBy(own);
    const x = whole.get(keyText(any, ["checkpoint", "templates"]));
    return [
      several ? `${short(any.checkpoint)} ${shortTemplates(any.templates)}` : short(any.checkpoint),
      x === undefined ? "" : percent(x),
      ...benchmarks.map((benchmark) => mark(own.get(benchmark), marks)),
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
    `Effective robustness of ${checkpoints - doubtful.size} checkpoints in percentage points${printable(againstWords(axes, side))}, by ${printable(lead)}`,
    ...(tests > 0 ? [`  *        outside the 95 % prediction band, by Holm over ${tests} tests`] : []),
    `  outside  points from x, its ${idTitle(axes, side)} accuracy, to the baseline's nearest: no verdict, so last`,
    ...(onOwnClasses.size > 0
      ? [
          `  against  ${idTitle(axes, side)} on their classes, as the baseline's rules have it: ${[...onOwnClasses].map((benchmark) => shortTitle(benchmark, axes)).join(", ")}`,
        ]
      : []),
    formatTextTable(columns, cells),
    ...moreRows(sorted.length - cells.length, file),
    ...doubtLines(doubtful, short),
  ].join("\n");
}

function shortTitle(benchmark: string, axes: StudyAxes): string {
  return printable(axes.titles[benchmark] ?? benchmark.replace(/^imagenet-/, ""));
}

/** The checkpoints that are not ranked, and why. @param short cuts names that are too long */
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

function axis(idSide: string, axes: StudyAxes): string {
  if (!idSide.includes("@")) return printable(idSide);
  return axes.inDistribution.length > 1 ? printable(`${benchmarkOfSide(idSide)}, same classes`) : "same classes";
}
