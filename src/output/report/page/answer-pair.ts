import { DECISION_LEVEL } from "../../../analysis/comparison/decide-together.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE, isInDistribution, shiftCount } from "../../../analysis/robustness/study-axes.ts";
import { count, points } from "../../../foundation/number-text.ts";
import type { ReportData } from "../report-data.ts";
import type { StudyOutcome } from "../report-study.ts";
import type { Answer, Part } from "./answer.ts";
import type { PairRow } from "./compare.tsx";
import { leadRows } from "./lead-rows.ts";
import { shiftTitle } from "./study.ts";
import type { View } from "./view.ts";

/**
 * Answers which of two checkpoints is better on the same images, and gives the position of both relative to the line.
 * @param rows empty while they are being unpacked
 */
export function answerPair(
  data: ReportData,
  pair: readonly [string, string],
  rows: readonly PairRow[],
  { study, problem }: StudyOutcome,
  view: View,
): Answer {
  const [first, second] = pair;
  const shown = shownPairs(rows, data, view);
  const better = shown.filter(({ pHolm, difference }) => pHolm < DECISION_LEVEL && difference > 0);
  const worse = shown.filter(({ pHolm, difference }) => pHolm < DECISION_LEVEL && difference < 0);
  const open = shown.length - better.length - worse.length;
  const names = (list: readonly PairRow[]) => list.map(({ title }) => title).join(", ");
  const [winner, loser] = [better, worse].map((list) => list.length > 0) as [boolean, boolean];
  const clauses = [
    ...(winner ? [`more correct images on ${names(better)}`] : []),
    ...(loser ? [`fewer on ${names(worse)}`] : []),
    ...(open > 0 ? [`no difference shown on ${open === shown.length ? `any of ${open}` : `the other ${open}`}`] : []),
  ];
  const verdict: Part[] = winner
    ? [{ checkpoint: first }, loser ? " on some" : ""]
    : [{ strong: "Not shown", tone: "" }];
  return {
    question: ["Which is more accurate, image by image: ", { checkpoint: first }, " or ", { checkpoint: second }, "?"],
    sentences: [
      rows.length === 0
        ? ["Reading the counts …"]
        : [...verdict, `: ${clauses.join("; ")} (McNemar's exact test, Holm over ${rows.length})${partial(shown)}.`],
      ...(study === null ? [[`No line to compare with: ${problem}.`]] : linePositions(data, study, view, pair)),
    ],
    lead: undefined,
  };
}

/** Returns the rows with the view's prompts and the default protocols; all rows if there are none. */
export function shownPairs(rows: readonly PairRow[], data: ReportData, view: View): readonly PairRow[] {
  const usual = new Map(data.benchmarks.map(({ id, defaultProtocol }) => [id, defaultProtocol]));
  const ofPrompts = rows.filter(({ set }) => view.prompts === "" || set.templates === view.prompts);
  const ofProtocols = ofPrompts.filter(({ set }) => (usual.get(set.benchmark) ?? set.protocol) === set.protocol);
  const chosen = ofProtocols.length > 0 ? ofProtocols : ofPrompts.length > 0 ? ofPrompts : rows;
  const order = [...data.axes.inDistribution.map(({ benchmark }) => benchmark), ...data.axes.shifts];
  const rank = ({ set }: PairRow) => (order.includes(set.benchmark) ? order.indexOf(set.benchmark) : order.length);
  return [...chosen].sort((a, b) => rank(a) - rank(b));
}

function partial(rows: readonly PairRow[]): string {
  const parts = rows.filter(({ n, set }) => n !== set.expectedN);
  const [first] = parts;
  if (first === undefined) return "";
  const rest = parts.length - 1;
  return `, on ${count(first.n)} of ${count(first.set.expectedN)} images of ${first.title}${rest > 0 ? ` and part of ${rest} more` : ""}`;
}

/** Gives the position of each checkpoint relative to the baseline's line. */
function linePositions(
  data: ReportData,
  study: RobustnessStudy,
  view: View,
  pair: readonly [string, string],
): readonly (readonly Part[])[] {
  const rows = leadRows(study, view, view.benchmark);
  const pairRows = pair.flatMap((name) => rows.filter(({ checkpoint }) => checkpoint === name));
  if (pairRows.length < 2) return [];
  const [row] = pairRows as [(typeof pairRows)[number]];
  const where =
    row.benchmark === AVERAGE
      ? `the average of the ${shiftCount(data.axes)} shifts`
      : shiftTitle(data, row.benchmark, row.protocol);
  const words = { above: "above its band", below: "below its band", within: "within its band" } as Readonly<
    Record<string, string>
  >;
  return [
    [
      `Against the line of ${view.baseline} on ${where}: `,
      ...pairRows.flatMap((row, i): Part[] => [
        i === 0 ? "" : "; ",
        { checkpoint: row.checkpoint },
        ` ${points(row.effectiveRobustness)} points, ${words[row.verdict] ?? "no verdict"}`,
      ]),
      ".",
    ],
  ];
}

/**
 * Returns whether the first checkpoint is better on at least as many benchmarks as the second, counting significant
 * differences.
 */
export function betterFirst(rows: readonly PairRow[]): boolean {
  const shown = rows.filter(({ pHolm }) => pHolm < DECISION_LEVEL);
  const wins = shown.filter(({ difference }) => difference > 0).length;
  return 2 * wins >= shown.length;
}

/** Returns the two checkpoints that the page is about; undefined unless there are exactly two. */
export function pairOf(data: ReportData, subjects: readonly string[]): readonly [string, string] | undefined {
  const [first, second] = subjects;
  if (subjects.length !== 2 || first === undefined || second === undefined) return undefined;
  const hasBoth = [first, second].every((name) =>
    data.results.some((result) => result.checkpoint === name && !isInDistribution(result.benchmark, data.axes)),
  );
  return hasBoth ? [first, second] : undefined;
}
