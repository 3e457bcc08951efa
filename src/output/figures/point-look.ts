import type { PanelCheckpoint } from "./panel-points.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** What a checkpoint looks like: a model of the line, a thing to compare with, one in focus, or one of its group. */
export type PointLook = "baseline" | "context" | "checkpoint" | "group";

export function pointLook(
  { group, inBaseline, isContext }: PanelCheckpoint,
  { groups, hasContext }: Pick<ScatterPanel, "groups" | "hasContext">,
): PointLook {
  const isGrouped = groups.includes(group);
  if (isContext) return inBaseline && !isGrouped ? "baseline" : "context";
  if (isGrouped) return "group";
  return inBaseline && !hasContext ? "baseline" : "checkpoint";
}
