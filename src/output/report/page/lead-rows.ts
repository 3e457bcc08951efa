import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE } from "../../../analysis/robustness/study-axes.ts";
import { shownRows } from "./study.ts";
import type { View } from "./view.ts";

/**
 * Returns the rows that the page's answer is about: one per checkpoint, on the view's x axis and prompts, with the
 * protocol of the plot. Rows within the line's range come first, then extrapolated rows, then rows that are not ranked;
 * each by descending effective robustness, as in the table.
 *
 * @param benchmark the benchmark in the plot; if it has no row, the average is used, else the first that has a row
 */
export function leadRows(study: RobustnessStudy, view: View, benchmark: string): RobustnessRow[] {
  const shown = shownRows(study, view).filter((row) => row.benchmark !== MEAN_OF_SHIFTS);
  const has = (id: string) => shown.some((row) => row.benchmark === id);
  const of = [benchmark, AVERAGE].find(has) ?? shown[0]?.benchmark;
  return rankRows(
    onePerCheckpoint(
      study,
      view,
      shown.filter((row) => row.benchmark === of),
    ),
  );
}

/** Returns a checkpoint's row on each benchmark, with the protocols that the plot shows. */
export function checkpointRows(study: RobustnessStudy, view: View, checkpoint: string): RobustnessRow[] {
  const checkpointRows = shownRows(study, view).filter(
    (row) => row.checkpoint === checkpoint && row.benchmark !== MEAN_OF_SHIFTS,
  );
  const benchmarks = [...new Set(checkpointRows.map(({ benchmark }) => benchmark))];
  return benchmarks.flatMap((benchmark) =>
    onePerCheckpoint(
      study,
      { ...view, protocol: "" },
      checkpointRows.filter((row) => row.benchmark === benchmark),
    ),
  );
}

/** Returns the tier of a row in a ranking: 0 within the line's range, 1 extrapolated, 2 not ranked. */
export function rankTier(row: RobustnessRow | undefined): number {
  if (row?.doubt !== undefined) return 2;
  return row?.extrapolated ? 1 : 0;
}

function rankRows(rows: readonly RobustnessRow[]): RobustnessRow[] {
  return [...rows].sort((a, b) => rankTier(a) - rankTier(b) || b.effectiveRobustness - a.effectiveRobustness);
}

function onePerCheckpoint({ pairing }: RobustnessStudy, view: View, rows: readonly RobustnessRow[]): RobustnessRow[] {
  const distance = (row: RobustnessRow) =>
    (row.protocol === (view.protocol || pairing.preferredProtocols.get(row.benchmark)) ? 0 : 2) +
    (pairing.preferredClassNames.has(row.classNames) ? 0 : 1);
  const chosen = new Map<string, RobustnessRow>();
  for (const row of rows) {
    const known = chosen.get(row.checkpoint);
    if (known === undefined || distance(row) < distance(known)) chosen.set(row.checkpoint, row);
  }
  return [...chosen.values()];
}
