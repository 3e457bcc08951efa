import type { DecidedGroups, GroupDecisions } from "../../analysis/robustness/group-decisions.ts";
import type { GroupHeight } from "../../analysis/robustness/group-heights.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ReplicateRow } from "../../analysis/robustness/replicates.ts";
import { columnWords } from "../../analysis/robustness/scaling-columns.ts";
import {
  decimal,
  percent,
  percentRange,
  percentWords,
  plural,
  points,
  probability,
} from "../../foundation/number-text.ts";
import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import type { GroupTableContext } from "./group-decisions-csv.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, printable, right } from "./text-table.ts";

const NAME_WIDTH = 28;

/** Formats the groups' lines on each benchmark and the decisions about them. */
export function formatGroupTable(
  comparisons: readonly GroupComparison[],
  { decisions, family }: DecidedGroups,
  { column, adjusted }: GroupTableContext,
): string {
  const at = decisions.find((decision) => decision.at !== null)?.at?.at ?? null;
  const columns = [
    left("group"),
    right("n"),
    right("slope"),
    left("95 %"),
    right("intercept"),
    left("95 %"),
    right("r2"),
    ...(at === null ? [] : [right(`at ${percentWords(at)}`), left("95 %")]),
  ];
  const blocks = comparisons.map((comparison, i) => {
    const short = nameShortener(
      comparison.lines.map(({ group }) => group),
      NAME_WIDTH,
    );
    const decision = decisions[i] as GroupDecisions;
    const rows = comparison.lines.map(({ group, fit, slopeInterval, interceptInterval }, number) => [
      short(group),
      String(fit.n),
      decimal(fit.slope, 2),
      range(slopeInterval),
      decimal(fit.intercept, 2),
      range(interceptInterval),
      fit.r2 === null ? "" : decimal(fit.r2, 3),
      ...(at === null ? [] : heightCells(decision.at?.groups[number])),
    ]);
    const rule = comparison.piece.words;
    const title = `${printable(comparison.benchmark)} on ${printable(comparison.idSide)}, lines by ${printable(column)}${rule === "" ? "" : ` (${printable(rule)})`}`;
    return [
      `${title}: ${verdictText(comparison, decision)}`,
      ...adjustmentLines(decision, adjusted, comparison.lines[0]?.fit.scale ?? ""),
      formatTextTable(columns, rows),
    ].join("\n");
  });
  const pValueNote = `p values by simulation, adjusted by Holm over all of them (${plural(family, "test")})`;
  const footnotes = [
    ...(family === 0 ? [] : [pValueNote]),
    ...(at === null
      ? []
      : [
          `at ${percentWords(at)}: expected accuracy in % by the group's line, errors in x taken into account; † extrapolated: outside the accuracies of the group's checkpoints`,
        ]),
    ...(adjusted.length === 0 ? [] : [adjustmentWords(adjusted, at !== null)]),
  ];
  return [...blocks, footnotes.join("\n")].filter((block) => block !== "").join("\n\n");
}

function heightCells(height: GroupHeight | undefined): string[] {
  if (height === undefined) return ["", ""];
  const { accuracy, low, high, extrapolated } = height;
  return [`${percent(accuracy)}${extrapolated ? "†" : ""}`, percentRange(low, high)];
}

/** States what the adjusted tests compare and what they assume. */
function adjustmentWords(adjusted: GroupTableContext["adjusted"], hasHeights: boolean): string {
  const names = adjusted.map((column) => printable(columnWords(column))).join(", ");
  const means = adjusted.length === 1 ? "mean" : "means";
  return [
    `tests${hasHeights ? " and heights" : ""} use lines adjusted for ${names}, at the checkpoints' ${means}; the lines in the tables are not adjusted`,
    `assumed: ${names} ${adjusted.length === 1 ? "moves" : "move"} heights linearly on the scale, by the same amount in every group and at every x`,
  ].join("\n");
}

/** Formats the effects of the columns on one benchmark, and whether they are the same in every group. */
function adjustmentLines(
  { adjustment }: GroupDecisions,
  adjusted: GroupTableContext["adjusted"],
  scale: string,
): string[] {
  if (adjustment === null) return [];
  const effects = adjustment.effects.map(
    (effect, c) =>
      `${printable(columnWords(adjusted[c] as (typeof adjusted)[number]))} ${decimal(effect.estimate, 2)} (${range(effect)})`,
  );
  const { sameEffects } = adjustment;
  const check =
    sameEffects === null ? "too few checkpoints to check" : `p ${probability(sameEffects.p)}, not in Holm's family`;
  return [`  heights move by, in ${scale} per unit: ${effects.join("; ")}; the same in every group: ${check}`];
}

function verdictText(comparison: GroupComparison, decision: GroupDecisions): string {
  const { heading, tests } = verdictWords(comparison, decision);
  return tests === "" ? heading : `${heading}\n  ${tests}`;
}

/** Describes the decision about the groups' lines on a benchmark and its tests; "" if there was nothing to test. */
export function verdictWords(
  { lines }: GroupComparison,
  { verdict, tests, common, heights, fault }: GroupDecisions,
): { readonly heading: string; readonly tests: string } {
  if (tests === null) {
    return { heading: fault === null ? "nothing to test" : `nothing to test: ${printable(fault)}`, tests: "" };
  }
  const scale = lines[0]?.fit.scale ?? "";
  const found = [`equal slopes: p ${probability(tests.slopes.pHolm)}`];
  if (tests.heights !== null) found.push(`equal heights: p ${probability(tests.heights.pHolm)}`);
  if (tests.oneLine !== null) {
    const { margin, pHolm } = tests.oneLine;
    found.push(`one line within ${decimal(margin, 2)} ${scale}: p ${probability(pHolm)}`);
  }
  const described = heights.length > 0 && common !== null ? `, described at ${percentWords(common.middle)}` : "";
  const heading = {
    "slopes-differ": `slopes differ; heights depend on x${described}`,
    "heights-differ": "heights differ, no difference in slopes shown",
    "one-line": "one line",
    "no-difference-shown": `no difference shown${remaining(tests.oneLine, scale)}`,
    "not-tested": "nothing to test",
  }[verdict];
  return { heading, tests: found.join("; ") };
}

/** Describes the differences that remain possible if none is shown. */
function remaining(oneLine: { readonly atMost: number } | null, scale: string): string {
  if (oneLine === null) return "; the groups have no x in common";
  if (!Number.isFinite(oneLine.atMost)) return "; any difference remains possible";
  return `; differences up to ${decimal(oneLine.atMost, 2)} ${scale} remain possible`;
}

function range(interval: Interval | null): string {
  if (interval === null) return "–";
  const { low, high } = interval;
  return `${decimal(low, 2)} … ${decimal(high, 2)}`;
}

/** Formats the mean (sd) of effective robustness over replicates, in percentage points. */
export function formatReplicateTable(rows: readonly ReplicateRow[], column: string): string {
  const short = nameShortener(
    rows.flatMap(({ replicateOf, benchmark }) => [replicateOf, benchmark]),
    NAME_WIDTH,
  );
  const cells = rows.map((row) => [
    short(row.replicateOf),
    short(row.benchmark),
    String(row.n),
    withSd(row.accuracy, percent),
    withSd(row.effectiveRobustness, points),
  ]);
  const columns = [
    left(printable(column)),
    left("benchmark"),
    right("n"),
    right("acc % (sd)"),
    right("above, pp (sd)"),
  ];
  return `Replicates by ${printable(column)}\n${formatTextTable(columns, cells)}`;
}

function withSd({ mean, sd }: ReplicateRow["accuracy"], format: (mean: number) => string): string {
  return `${format(mean)} (${sd === null ? "–" : percent(sd)})`;
}
