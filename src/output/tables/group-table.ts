import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ReplicateRow } from "../../analysis/robustness/replicates.ts";
import { decimal, percent, points, probability } from "../../foundation/number-text.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, printable, right } from "./text-table.ts";

const NAME_WIDTH = 28;

/** The groups' lines on each benchmark, and whether they are more than one line. */
export function formatGroupTable(comparisons: readonly GroupComparison[], column: string): string {
  const columns = [
    left("group"),
    right("n"),
    right("slope"),
    left("95 %"),
    right("intercept"),
    left("95 %"),
    right("r2"),
  ];
  const blocks = comparisons.map((comparison) => {
    const short = nameShortener(
      comparison.lines.map(({ group }) => group),
      NAME_WIDTH,
    );
    const rows = comparison.lines.map(({ group, fit, slopeInterval, interceptInterval }) => [
      short(group),
      String(fit.n),
      decimal(fit.slope, 2),
      range(slopeInterval),
      decimal(fit.intercept, 2),
      range(interceptInterval),
      fit.r2 === null ? "" : decimal(fit.r2, 3),
    ]);
    const rule = comparison.piece.words;
    const title = `${printable(comparison.benchmark)} on ${printable(comparison.idSide)}, lines by ${printable(column)}${rule === "" ? "" : ` (${printable(rule)})`}`;
    return [`${title}: ${verdict(comparison)}`, formatTextTable(columns, rows)].join("\n");
  });
  return blocks.join("\n\n");
}

function verdict({ covariance, pHolm }: GroupComparison): string {
  if (covariance === null || pHolm === null) return "nothing to test";
  const more = pHolm < 0.05 ? "more than one line" : "no difference shown";
  return `${more}\n  one line for all: p ${probability(pHolm)} (Holm); equal slopes: p ${probability(covariance.slopes.p)}; equal heights: p ${probability(covariance.intercepts.p)}`;
}

function range({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${decimal(low, 2)} … ${decimal(high, 2)}`;
}

/** Mean (sd) of effective robustness over replicates, in percentage points. */
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
