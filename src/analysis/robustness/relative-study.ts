import { type AccuracyRow, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { type RelativeRobustness, relativeRobustness } from "./relative-robustness.ts";
import { isInDistribution } from "./study-axes.ts";

/** A checkpoint's relative robustness on one benchmark. */
export interface RelativeRow extends LineKey, RelativeRobustness {}

/**
 * Relative robustness of every checkpoint against one of them, on each benchmark both have by the same protocol and
 * prompts, and on the average of the shifts.
 *
 * @param rows top-1 accuracies, each key once
 * @throws InputError if the reference is not among the checkpoints, naming those that are
 */
export function compareWithReference(
  rows: readonly AccuracyRow[],
  reference: string,
  options: PairOptions,
): RelativeRow[] {
  const checkpoints = rowsByCheckpoint(rows);
  const own = checkpoints.get(reference);
  if (own === undefined) {
    const some = [...checkpoints.keys()].slice(0, 10).join(", ");
    throw new InputError(
      `unknown checkpoint "${reference}" to compare with; known: ${some}${checkpoints.size > 10 ? ", …" : ""}`,
    );
  }
  const ofReference = new Map(allClassPairs(own, options).map((pair) => [lineKeyText(pair), pair]));
  return [...checkpoints].flatMap(([checkpoint, candidates]) => {
    if (checkpoint === reference) return [];
    return allClassPairs(candidates, options).flatMap((pair) => {
      const other = ofReference.get(lineKeyText(pair));
      if (other === undefined) return [];
      return [{ ...lineKey(pair), ...relativeRobustness(pair.point, other.point) }];
    });
  });
}

function allClassPairs(rows: readonly AccuracyRow[], options: PairOptions): PairedRow[] {
  return pairRows(rows, options).pairs.filter(({ idSide }) => isInDistribution(idSide, options.axes));
}
