import { isUnreliable } from "../../analysis/robustness/baseline-fit.ts";
import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { contextOf, type Focus, hasContext, NO_FOCUS } from "../../analysis/robustness/focus.ts";
import { rowsOnPreferredSides } from "../../analysis/robustness/preferred-side.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import {
  AVERAGE,
  benchmarkOfSide,
  isWholeProtocol,
  type StudyAxes,
  wholeSides,
} from "../../analysis/robustness/study-axes.ts";
import { headlineRows, testedRows } from "../../analysis/robustness/verdict.ts";
import type { Note } from "../../foundation/notes.ts";
import { decimal, percent, percentRange, points, pointsRange } from "../../foundation/number-text.ts";
import { coveredBlock } from "./covered-text.ts";
import { headline } from "./fit-headline.ts";
import { overview } from "./fit-overview.ts";
import { inShiftOrder } from "./shift-order.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, printable, right } from "./text-table.ts";
import { markWarnings, type WarningMarks } from "./warning-marks.ts";

/** Up to this number of checkpoints, every shift has a separate row; above it, there is one row per checkpoint. */
const DETAILED = 4;
const NAME_WIDTH = 30;

/**
 * Formats the output of `fit`: the lines, then a headline and each shift for a few checkpoints, or an overview of many.
 * Figures with a warning are marked, and the warnings follow.
 *
 * @param file with all rows; null if none is written
 * @param covered verdicts of other baselines on extrapolated rows
 * @param focus   its checkpoints come first and are never left out
 */
export function formatStudy(
  given: RobustnessStudy,
  warnings: readonly Note[] = [],
  file: string | null = null,
  covered: readonly RobustnessRow[] = [],
  focus: Focus = NO_FOCUS,
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
  const isContext = contextOf(focus);
  const detailed =
    checkpoints.length > DETAILED
      ? checkpoints.filter(hasContext(focus) ? (name) => !isContext(name) : () => false)
      : checkpoints;
  if (detailed.length <= DETAILED) {
    blocks.push(...detailed.flatMap((checkpoint) => checkpointBlocks(study, checkpoint, marks)));
  }
  if (checkpoints.length > DETAILED) {
    const sides = wholeSides(axes).filter((side) => rowsOnPreferredSides(study.rows, study, side).length > 0);
    blocks.push(...sides.map((side) => overview(study, { side, marks, file, focus })));
  }
  if (covered.length > 0) blocks.push(coveredBlock(covered, axes, focus));
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

/** Lists the corrections of lines that errors in x make too flat. */
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

/** Formats one block per template set of a checkpoint. */
function checkpointBlocks(study: RobustnessStudy, checkpoint: string, marks: WarningMarks): string[] {
  const rows = study.rows.filter((row) => row.checkpoint === checkpoint);
  const prompts = [...new Set(rows.map((row) => row.templates))];
  return prompts.map((templates) => {
    const ofPrompts = rows.filter((row) => row.templates === templates);
    return checkpointBlock(ofPrompts, study.pairing.axes, prompts.length > 1, marks, testedRows(study.rows));
  });
}

/** @param several whether the checkpoint has figures with other templates too */
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

function axis(idSide: string, axes: StudyAxes): string {
  if (!idSide.includes("@")) return printable(idSide);
  return axes.inDistribution.length > 1 ? printable(`${benchmarkOfSide(idSide)}, same classes`) : "same classes";
}
