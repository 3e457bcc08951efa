import { mean, sampleStandardDeviation } from "simple-statistics";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import type { ColumnOf } from "./metadata.ts";
import type { RobustnessRow } from "./robustness-row.ts";

/** Mean and standard deviation over the replicates of one model, such as seeds of one training run. */
export interface ReplicateRow extends LineKey {
  /** the model that the replicates belong to */
  readonly replicateOf: string;
  readonly n: number;
  readonly idAccuracy: MeanSd;
  readonly accuracy: MeanSd;
  readonly effectiveRobustness: MeanSd;
}

export interface MeanSd {
  readonly mean: number;
  /** sample standard deviation, n − 1; null for a single replicate */
  readonly sd: number | null;
}

/**
 * Aggregates checkpoints that are replicates of one model, for each benchmark, protocol, prompts and x axis.
 *
 * @param replicateOf checkpoint → the model it is a replicate of; others are skipped
 * @returns in the order of the rows
 */
export function aggregateReplicates(rows: readonly RobustnessRow[], replicateOf: ColumnOf): ReplicateRow[] {
  const sets = new Map<string, RobustnessRow[]>();
  for (const row of rows) {
    const model = replicateOf.get(row.checkpoint);
    if (model === undefined) continue;
    const key = JSON.stringify([model, lineKeyText(row)]);
    sets.set(key, [...(sets.get(key) ?? []), row]);
  }
  return [...sets.values()].map((set) => {
    const first = set[0] as RobustnessRow;
    return {
      replicateOf: replicateOf.get(first.checkpoint) as string,
      ...lineKey(first),
      n: set.length,
      idAccuracy: meanSd(set.map((row) => row.idAccuracy)),
      accuracy: meanSd(set.map((row) => row.accuracy)),
      effectiveRobustness: meanSd(set.map((row) => row.effectiveRobustness)),
    };
  });
}

function meanSd(values: number[]): MeanSd {
  return { mean: mean(values), sd: values.length < 2 ? null : sampleStandardDeviation(values) };
}
