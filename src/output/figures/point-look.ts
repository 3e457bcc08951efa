import type { PanelCheckpoint } from "./panel-points.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** The look of a checkpoint: a model of the line, context, in focus, or a member of a group. */
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
