import type { RobustnessRow, Verdict } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE, benchmarkOfSide, idTitle, shiftCount } from "../../../analysis/robustness/study-axes.ts";
import { testedRows } from "../../../analysis/robustness/verdict.ts";
import { doubtWords } from "../../../evaluation/results/accuracy-row.ts";
import { count, percent, plural, points, pointsRange, probability } from "../../../foundation/number-text.ts";
import { markWarnings } from "../../tables/warning-marks.ts";
import type { ReportData } from "../report-data.ts";
import { type CoveredRow, coveredRow } from "./covered-rows.ts";
import { leadRows } from "./lead-rows.ts";
import { partialWords } from "./partial-images.ts";
import { shiftTitle } from "./study.ts";
import { subjectsOf } from "./subjects.ts";
import type { View } from "./view.ts";

/** A part of a sentence: plain text, a checkpoint's name, or emphasized words. */
export type Part =
  | string
  | { readonly checkpoint: string }
  | { readonly strong: string; readonly tone: "better" | "worse" | "" };

/** The question at the top of a report, and the answer that the numbers support. */
export interface Answer {
  readonly question: readonly Part[];
  readonly sentences: readonly (readonly Part[])[];
  /** the row that reasons are given for; undefined if none stands out */
  readonly lead: RobustnessRow | undefined;
}

/** Answers whether the checkpoints in question are more robust than the baseline, on the benchmark in the plot. */
export function answerRobustness(data: ReportData, study: RobustnessStudy, view: View, benchmark: string): Answer {
  const subjects = new Set(subjectsOf(data));
  const rows = leadRows(study, view, benchmark).filter(({ checkpoint }) => subjects.has(checkpoint));
  const context: AnswerContext = { data, view, tests: testedRows(study.rows) };
  const [first] = rows;
  if (subjects.size === 1) {
    const [checkpoint] = [...subjects] as [string];
    return first === undefined ? withoutRow(context, checkpoint) : answerOne(context, study, first);
  }
  if (rows.length > 0 && rows.every(({ verdict }) => verdict === "in-baseline")) return answerResiduals(context, rows);
  return answerSeveral(context, rows, subjects.size);
}

/** Answers the same question for one checkpoint, regardless of the focus. */
export function answerCheckpoint(
  data: ReportData,
  study: RobustnessStudy,
  view: View,
  benchmark: string,
  checkpoint: string,
): Answer {
  const row = leadRows(study, view, benchmark).find((candidate) => candidate.checkpoint === checkpoint);
  const context: AnswerContext = { data, view, tests: testedRows(study.rows) };
  return row === undefined ? withoutRow(context, checkpoint) : answerOne(context, study, row);
}

interface AnswerContext {
  readonly data: ReportData;
  readonly view: View;
  /** number of rows in Holm's adjustment */
  readonly tests: number;
}

function withoutRow({ data, view }: AnswerContext, checkpoint: string): Answer {
  return {
    question: ["Is ", { checkpoint }, ` more robust than ${view.baseline}?`],
    sentences: [
      [
        { strong: "Open", tone: "" },
        `: it has no accuracies on ${idTitle(data.axes)} and under a shift of this baseline with the selected prompts.`,
      ],
    ],
    lead: undefined,
  };
}

function answerOne(context: AnswerContext, study: RobustnessStudy, row: RobustnessRow): Answer {
  const { data, view } = context;
  const { checkpoint } = row;
  return {
    question: [
      "Is ",
      { checkpoint },
      ` more robust than ${view.baseline} at equal ${sideTitle(context, row)} accuracy?`,
    ],
    sentences: [
      [
        { strong: WORDS[row.verdict], tone: toneOf(row) },
        `: ${distance(row)} the baseline's line ${where(data, row)}, ${standing(context, row)}${images(data, row)}${doubtful(data, row)}.`,
      ],
      ...coveredSentence(coveredRow(data, study, view, row)),
    ],
    lead: row,
  };
}

/** Gives the verdict of another baseline, whose line was fitted on models on both sides of the checkpoint. */
function coveredSentence(covered: CoveredRow | undefined): Part[][] {
  if (covered === undefined) return [];
  const { row, tests } = covered;
  const over = tests > 1 ? ` after Holm over ${tests}` : "";
  const p = row.predictionPHolm === null ? "" : ` (p ${probability(row.predictionPHolm)}${over})`;
  const position = row.verdict === "within" ? "within its band" : `${row.verdict} its band`;
  return [[`The line of ${row.baseline} covers that accuracy: ${distance(row)} it, ${position}${p}${interval(row)}.`]];
}

function answerSeveral(context: AnswerContext, rows: readonly RobustnessRow[], subjects: number): Answer {
  const { data, view } = context;
  const [first] = rows;
  const hasFocus = data.focus.by !== "none";
  const at = first === undefined ? "" : ` at equal ${sideTitle(context, first)} accuracy`;
  const question = hasFocus
    ? [`Are these ${subjects} checkpoints more robust than ${view.baseline}${at}?`]
    : [`Are any of these ${subjects} published checkpoints more robust than ${view.baseline}${at}?`];
  if (first === undefined) {
    return { question, sentences: [[{ strong: "Open", tone: "" }, ": none can be compared with it."]], lead: first };
  }
  const counted = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  const [above, below, within] = [counted("above"), counted("below"), counted("within")];
  const tested = above + below + within;
  const absent = subjects - rows.length;
  const best = bestSupported(rows);
  const verdict: Part =
    above > 0
      ? {
          strong: above === subjects ? "Yes" : `${above} of ${subjects} ${above === 1 ? "is" : "are"}`,
          tone: "better",
        }
      : { strong: tested === 0 ? "Open" : "None is shown to be", tone: "" };
  const counts: Part[] =
    tested === 0
      ? [`: none of the ${rows.length} that can be compared has a verdict ${where(data, first)}${whyNot(rows)}.`]
      : [
          ` ${where(data, first)}: of ${tested} with a verdict, ${above} above the 95 % prediction band, ${within} within, ${below} below (Holm over ${plural(context.tests, "test")})${tested < subjects ? `; ${subjects - tested} ${subjects - tested === 1 ? "has" : "have"} none${whyNot(rows, absent)}` : ""}.`,
        ];
  const lead: Part[] =
    best === undefined
      ? []
      : [
          above > 0 ? "Best supported: " : "Highest relative to the line, within its range: ",
          { checkpoint: best.checkpoint },
          `, ${distance(best)} the line, ${standing(context, best)}${images(data, best)}${doubtful(data, best)}.`,
        ];
  return { question, sentences: [[verdict, ...counts], ...(lead.length === 0 ? [] : [lead])], lead: best };
}

/** Answers for a line that is fitted on all checkpoints. */
function answerResiduals(context: AnswerContext, rows: readonly RobustnessRow[]): Answer {
  const { data } = context;
  const [best] = rows as [RobustnessRow];
  return {
    question: [`How do these ${rows.length} checkpoints compare with the line through them?`],
    sentences: [
      [
        { strong: "No verdict", tone: "" },
        `: the line is fitted on these checkpoints, so each distance is a residual. Furthest above it ${where(data, best)}: `,
        { checkpoint: best.checkpoint },
        `, ${points(best.effectiveRobustness)} points${interval(best)}${images(data, best)}${doubtful(data, best)}.`,
      ],
    ],
    lead: best,
  };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  above: "Yes",
  below: "No, it is less robust",
  within: "Not shown",
  extrapolated: "Open",
  "in-baseline": "Open",
  "not-ranked": "Open",
  "not-tested": "Open",
};

function toneOf({ verdict }: RobustnessRow): "better" | "worse" | "" {
  return verdict === "above" ? "better" : verdict === "below" ? "worse" : "";
}

/** Returns the row above the band with the smallest p; if there is none, the tested row furthest above the line. */
function bestSupported(rows: readonly RobustnessRow[]): RobustnessRow | undefined {
  const tested = rows.filter(({ predictionPHolm }) => predictionPHolm !== null);
  const above = tested.filter(({ verdict }) => verdict === "above");
  const byCertainty = [...above].sort(
    (a, b) =>
      (a.predictionPHolm as number) - (b.predictionPHolm as number) || b.effectiveRobustness - a.effectiveRobustness,
  );
  return byCertainty[0] ?? tested.find(({ effectiveRobustness }) => effectiveRobustness > 0) ?? tested[0];
}

function distance({ effectiveRobustness }: RobustnessRow): string {
  const shown = percent(Math.abs(effectiveRobustness));
  return `${shown} points ${Number(shown) === 0 ? "from" : effectiveRobustness > 0 ? "above" : "below"}`;
}

function where(data: ReportData, { benchmark, protocol }: RobustnessRow): string {
  return benchmark === AVERAGE
    ? `on the average of the ${shiftCount(data.axes)} shifts`
    : `on ${shiftTitle(data, benchmark, protocol)}`;
}

function sideTitle({ data }: AnswerContext, { idSide }: RobustnessRow): string {
  const title = idTitle(data.axes, idSide);
  const side = benchmarkOfSide(idSide);
  return side === idSide ? title : `${title} (classes of ${shiftTitle(data, idSide.slice(side.length + 1), "")})`;
}

/** Describes a row's position as far as the statistics support it. */
function standing({ tests, data }: AnswerContext, row: RobustnessRow): string {
  const p =
    row.predictionPHolm === null
      ? ""
      : ` (p ${probability(row.predictionPHolm)}${tests > 1 ? ` after Holm over ${tests}` : ""})`;
  switch (row.verdict) {
    case "above":
    case "below":
      return `outside its 95 % prediction band${p}${interval(row)}`;
    case "within":
      return `within its 95 % prediction band${p}${interval(row)}`;
    case "extrapolated":
      return `${beyond(row)} of ${idTitle(data.axes, row.idSide)} beyond the accuracies that the line was fitted on: an extrapolation, no verdict${interval(row)}`;
    case "in-baseline":
      return `but it is one of the line's models by name, so this is a residual without a verdict${interval(row)}`;
    case "not-ranked":
      return `but it is not ranked${row.doubt === undefined ? "" : `: ${doubtWords(row.doubt)}`}${interval(row)}`;
    case "not-tested":
      return `with no verdict: the scatter of the models is not known, or an accuracy is 0 or 1${interval(row)}`;
  }
}

function beyond({ outsideBy }: RobustnessRow): string {
  const shown = percent(outsideBy);
  return Number(shown) === 0 ? "less than 0.1 points" : `${shown} points`;
}

function interval({ low, high }: RobustnessRow): string {
  return low === null || high === null
    ? ", no interval: the number of images is not known"
    : `, 95 % interval ${pointsRange(low, high)}`;
}

function images(data: ReportData, row: RobustnessRow): string {
  const words = partialWords(data, row);
  return words === "" ? "" : `, ${words}`;
}

function doubtful(data: ReportData, row: RobustnessRow): string {
  return markWarnings(data.warnings, data.axes).of(row) === "" ? "" : "; a warning applies to one of its results";
}

/** @param absent checkpoints without a row */
function whyNot(rows: readonly RobustnessRow[], absent = 0): string {
  const reasons: readonly (readonly [Verdict, string])[] = [
    ["extrapolated", "beyond the accuracies of the line"],
    ["in-baseline", "among the line's models"],
    ["not-ranked", "not ranked"],
    ["not-tested", "not tested"],
  ];
  const found = reasons.flatMap(([verdict, words]) => {
    const n = rows.filter((row) => row.verdict === verdict).length;
    return n === 0 ? [] : [`${count(n)} ${words}`];
  });
  if (absent > 0) found.push(`${count(absent)} without accuracies here`);
  return found.length === 0 ? "" : ` (${found.join(", ")})`;
}

/** Joins parts to text. */
export function partsText(parts: readonly Part[]): string {
  return parts
    .map((part) => (typeof part === "string" ? part : "checkpoint" in part ? part.checkpoint : part.strong))
    .join("");
}
