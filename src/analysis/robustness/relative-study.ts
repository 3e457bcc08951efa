import { type AccuracyRow, rowsByModel } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { type LineKey, type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { type RelativeRobustness, relativeRobustness } from "./relative-robustness.ts";

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
  const models = rowsByModel(rows);
  const own = models.get(reference);
  if (own === undefined) {
    const some = [...models.keys()].slice(0, 10).join(", ");
    throw new InputError(
      `unknown checkpoint "${reference}" to compare with; known: ${some}${models.size > 10 ? ", …" : ""}`,
    );
  }
  const ofReference = new Map(allClassPairs(own, options).map((pair) => [lineId(pair), pair]));
  return [...models].flatMap(([model, ofModel]) => {
    if (model === reference) return [];
    return allClassPairs(ofModel, options).flatMap((pair) => {
      const other = ofReference.get(lineId(pair));
      if (other === undefined) return [];
      const { benchmark, protocol, templates, classNames, idSide } = pair;
      return [{ benchmark, protocol, templates, classNames, idSide, ...relativeRobustness(pair.point, other.point) }];
    });
  });
}

function allClassPairs(rows: readonly AccuracyRow[], options: PairOptions): PairedRow[] {
  return pairRows(rows, options).pairs.filter((pair) => pair.idSide === options.axes.idBenchmark);
}

function lineId({ benchmark, protocol, templates, classNames }: LineKey): string {
  return JSON.stringify([benchmark, protocol, templates, classNames]);
}
