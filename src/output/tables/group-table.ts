import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ReplicateRow } from "../../analysis/robustness/replicates.ts";
import { formatTextTable, printable, type TableColumn } from "./text-table.ts";

const LEFT = (title: string): TableColumn => ({ title, align: "left" });
const RIGHT = (title: string): TableColumn => ({ title, align: "right" });
const NAME_WIDTH = 28;

/** The groups' lines on each benchmark, and whether they are more than one line. */
export function formatGroupTable(comparisons: readonly GroupComparison[], column: string): string {
  const columns = [
    LEFT("group"),
    RIGHT("n"),
    RIGHT("slope"),
    LEFT("95 %"),
    RIGHT("intercept"),
    LEFT("95 %"),
    RIGHT("r2"),
  ];
  const blocks = comparisons.map((comparison) => {
    const rows = comparison.lines.map(({ group, fit, slopeInterval, interceptInterval }) => [
      printable(short(group)),
      String(fit.n),
      fit.slope.toFixed(2),
      `${slopeInterval.low.toFixed(2)} … ${slopeInterval.high.toFixed(2)}`,
      fit.intercept.toFixed(2),
      `${interceptInterval.low.toFixed(2)} … ${interceptInterval.high.toFixed(2)}`,
      fit.r2.toFixed(3),
    ]);
    const title = `${printable(comparison.benchmark)} on ${printable(comparison.idSide)}, lines by ${printable(column)}`;
    return [`${title}: ${verdict(comparison)}`, formatTextTable(columns, rows)].join("\n");
  });
  return blocks.join("\n\n");
}

function verdict({ covariance, pHolm }: GroupComparison): string {
  if (covariance === null || pHolm === null) return "nothing to test";
  const more = pHolm < 0.05 ? "more than one line" : "no difference shown";
  return `${more}\n  one line for all: p ${chance(pHolm)} (Holm); equal slopes: p ${chance(covariance.slopes.p)}; equal heights: p ${chance(covariance.intercepts.p)}`;
}

function chance(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Mean (sd) of effective robustness over replicates, in percentage points. */
export function formatReplicateTable(rows: readonly ReplicateRow[], column: string): string {
  const cells = rows.map((row) => [
    printable(short(row.replicateOf)),
    printable(short(row.benchmark)),
    String(row.n),
    withSd(row.accuracy),
    withSd(row.effectiveRobustness),
  ]);
  const columns = [
    LEFT(printable(column)),
    LEFT("benchmark"),
    RIGHT("n"),
    RIGHT("acc % (sd)"),
    RIGHT("above, pp (sd)"),
  ];
  return `Replicates by ${printable(column)}\n${formatTextTable(columns, cells)}`;
}

function withSd({ mean, sd }: ReplicateRow["accuracy"]): string {
  return `${(100 * mean).toFixed(1)} (${sd === null ? "–" : (100 * sd).toFixed(1)})`;
}

function short(text: string): string {
  return text.length > NAME_WIDTH ? `${text.slice(0, NAME_WIDTH - 1)}…` : text;
}
