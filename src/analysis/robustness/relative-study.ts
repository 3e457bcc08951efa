import { type AccuracyRow, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { type RelativeRobustness, relativeRobustness } from "./relative-robustness.ts";
import { isInDistribution } from "./study-axes.ts";

/** A checkpoint's relative robustness on one benchmark. */
export interface RelativeRow extends LineKey, RelativeRobustness {}

/**
 * Computes the relative robustness of every checkpoint against a reference checkpoint, on each benchmark that both have
 * with the same protocol and prompts, and on the average of the shifts.
 *
 * @param rows top-1 accuracies with unique keys
 * @throws InputError if the reference is not among the checkpoints, listing those that are
 */
export function compareWithReference(
  rows: readonly AccuracyRow[],
  reference: string,
  options: PairOptions,
): RelativeRow[] {
  const checkpoints = rowsByCheckpoint(rows);
  const referenceRows = checkpoints.get(reference);
  if (referenceRows === undefined) {
    const some = [...checkpoints.keys()].slice(0, 10).join(", ");
    throw new InputError(
      `unknown checkpoint "${reference}" to compare with; known: ${some}${checkpoints.size > 10 ? ", …" : ""}`,
    );
  }
  const ofReference = new Map(allClassPairs(referenceRows, options).map((pair) => [lineKeyText(pair), pair]));
  return [...checkpoints].flatMap(([checkpoint, candidates]) => {
    if (checkpoint === reference) return [];
    return allClassPairs(candidates, options).flatMap((pair) => {
      const referencePair = ofReference.get(lineKeyText(pair));
      if (referencePair === undefined) return [];
      return [{ ...lineKey(pair), ...relativeRobustness(pair.point, referencePair.point) }];
    });
  });
}

function allClassPairs(rows: readonly AccuracyRow[], options: PairOptions): PairedRow[] {
  return pairRows(rows, options).pairs.filter(({ idSide }) => isInDistribution(idSide, options.axes));
}
