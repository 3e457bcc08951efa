import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { PanelOptions, PanelStudy } from "../../figures/panel-study.ts";
import type { ReportData } from "../report-data.ts";

/** Verdicts as groups of a plot. */
export const VERDICTS = {
  above: "above the band, after Holm",
  within: "within the band, after Holm",
  below: "below the band, after Holm",
  none: "no verdict",
} as const;

/** Number of checkpoints from which colors show verdicts by default. */
const MANY = 13;

/**
 * Returns whether the plot colors checkpoints by verdict: for many published checkpoints, none of which is in focus.
 */
export function hasVerdictGroups(data: ReportData, study: PanelStudy): boolean {
  return data.focus.by === "none" && study.rows.length > 0 && data.checkpoints.length >= MANY;
}

/** Groups checkpoints by their verdict on a benchmark. */
export function verdictGroups(
  rows: readonly RobustnessRow[],
  benchmark: string,
): Pick<PanelOptions, "groups" | "groupOrder"> {
  const groups = new Map<string, string>();
  for (const { checkpoint, benchmark: of, verdict } of rows) {
    if (of !== benchmark || verdict === "in-baseline") continue;
    if (verdict === "above" || verdict === "within" || verdict === "below") groups.set(checkpoint, VERDICTS[verdict]);
    else if (!groups.has(checkpoint)) groups.set(checkpoint, VERDICTS.none);
  }
  return { groups, groupOrder: Object.values(VERDICTS) };
}
