import type { ScalingComparison, ScalingStudy } from "../../analysis/robustness/scaling-study.ts";
import { decimal, probability } from "../../foundation/number-text.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, printable, right } from "./text-table.ts";

const NAME_WIDTH = 28;

/**
 * Formats the effects of columns along the line and above it on each benchmark, and their correlations.
 *
 * @param groupBy column that defines the groups; undefined if there are none
 */
export function formatScalingTable(study: ScalingStudy, groupBy: string | undefined): string {
  const { columns, scale, comparisons, familySize } = study;
  const titles = [
    left("benchmark"),
    left("x axis"),
    right("n"),
    left("column"),
    right("along"),
    left("95 %"),
    right("above"),
    left("95 %"),
    right("p above"),
    right("inflation"),
  ];
  const names = comparisons.flatMap(({ benchmark, idSide, effects }) => [
    ...[benchmark, idSide],
    ...effects.map(({ column }) => column),
  ]);
  const short = nameShortener(names, NAME_WIDTH);
  const rows = comparisons.flatMap(({ benchmark, idSide, n, effects }) =>
    effects.map(({ column, along, above, inflation }, c) => [
      ...(c === 0 ? [short(benchmark), short(idSide), String(n)] : ["", "", ""]),
      short(column),
      decimal(along.estimate, 3),
      rangeOf(along),
      decimal(above.estimate, 3),
      rangeOf(above),
      probability(above.pHolm),
      decimal(inflation, 1),
    ]),
  );
  const units = columns.map(
    ({ column, transform }) => `per ${transform === "log2" ? "doubling" : "unit"} of ${printable(column)}`,
  );
  const within = groupBy === undefined ? "" : `, a height for each ${printable(groupBy)}`;
  return [
    `Scaling: ${scale} ${units.join(", ")}${within}; p values by Holm over ${familySize}`,
    "along: change of the in-distribution accuracy; above: change under the shift at a fixed in-distribution accuracy, errors in x removed",
    formatTextTable(titles, rows),
    ...correlationLines(study),
    ...comparisons.flatMap(togetherLines),
  ].join("\n");
}

/** Formats the correlations on the first benchmark; with the same checkpoints they are similar on all. */
function correlationLines({ columns, comparisons }: ScalingStudy): string[] {
  const { correlations = [], groups = [] } = comparisons[0] ?? {};
  return columns.flatMap(({ column }, a) =>
    columns.slice(a + 1).map(({ column: second }, at) => {
      const value = correlations[a]?.[a + 1 + at] as number;
      return `correlation of ${printable(column)} and ${printable(second)}${groups.length > 1 ? " within groups" : ""}: ${decimal(value, 3)}`;
    }),
  );
}

function togetherLines({ benchmark, idSide, together }: ScalingComparison): string[] {
  if (together === null) return [];
  return [
    `${printable(benchmark)} on ${printable(idSide)}: all columns together above the line: p ${probability(together.pHolm)}`,
  ];
}

function rangeOf({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${decimal(low, 3)} … ${decimal(high, 3)}`;
}
