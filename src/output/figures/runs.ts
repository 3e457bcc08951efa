import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import { InputError } from "../../foundation/errors.ts";
import type { PanelRun } from "./panel-study.ts";

/** Columns of the metadata: whose values say which training a checkpoint is of, and by whose numbers its checkpoints are ordered. */
export interface JoinColumns {
  readonly column: string;
  readonly order: string;
}

/**
 * The checkpoints of each training, by rising number.
 *
 * @param names   checkpoints that there are results of
 * @param orderOf checkpoint → number
 * @returns trainings of two checkpoints at least, by name, and the checkpoints that lack a training or a number
 * @throws InputError if two checkpoints of a training have one number, which is no order
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
