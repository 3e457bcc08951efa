import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import { InputError } from "../../foundation/errors.ts";
import type { PanelRun } from "./panel-study.ts";

/** Columns of the metadata: the training run of a checkpoint, and the number that orders the checkpoints of a run. */
export interface JoinColumns {
  readonly column: string;
  readonly order: string;
}

/**
 * Groups checkpoints by training run, in ascending order.
 *
 * @param names checkpoints with results
 * @param orderOf checkpoint → number
 * @returns training runs with at least two checkpoints, by name, and the checkpoints without a run or a number
 * @throws InputError if two checkpoints of a run have the same number
 */
export function joinRuns(
  names: readonly string[],
  runOf: ColumnOf,
  orderOf: ReadonlyMap<string, number>,
  { column, order }: JoinColumns,
): { readonly runs: readonly PanelRun[]; readonly notJoined: readonly string[] } {
  const isKnown = (name: string) => runOf.has(name) && orderOf.has(name);
  const byRun = new Map<string, string[]>();
  for (const name of names.filter(isKnown)) {
    const run = runOf.get(name) as string;
    byRun.set(run, [...(byRun.get(run) ?? []), name]);
  }
  const numberOf = (name: string) => orderOf.get(name) as number;
  const runs = [...byRun]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([run, members]) => ({ run, checkpoints: [...members].sort((a, b) => numberOf(a) - numberOf(b)) }));
  for (const { run, checkpoints } of runs) {
    const tie = checkpoints.findIndex((name, i) => i > 0 && numberOf(name) === numberOf(checkpoints[i - 1] as string));
    if (tie > 0) {
      throw new InputError(
        `--order ${order}: ${checkpoints[tie - 1]} and ${checkpoints[tie]}, both of ${column} "${run}", have the same ${order}; no line joins them`,
      );
    }
  }
  return {
    runs: runs.filter(({ checkpoints }) => checkpoints.length > 1),
    notJoined: names.filter((name) => !isKnown(name)),
  };
}
