import { percent, points, quantity } from "../../foundation/number-text.ts";
import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";

/**
 * Describes a point for its title: name, accuracies with intervals, effective robustness, images.
 *
 * @param xColumn the column of x if it is not an accuracy
 */
export function pointTitle(point: PanelPoint | PanelCheckpoint, xColumn?: string): string {
  const { name, group, x, y, xLow, xHigh, yLow, yHigh } = point;
  const parts = [
    `${name}${group === "" ? "" : ` (${group})`}`,
    xColumn === undefined ? `x ${percent(x, 2)} %${interval(xLow, xHigh)}` : `${xColumn} ${quantity(x)}`,
    `y ${percent(y, 2)} %${interval(yLow, yHigh)}`,
  ];
  if ("effectiveRobustness" in point && point.effectiveRobustness !== null) {
    const { effectiveRobustness, low, high, extrapolated } = point;
    const range = low === null || high === null ? "" : ` [${points(low, 2)}, ${points(high, 2)}]`;
    parts.push(`effective robustness ${points(effectiveRobustness, 2)}${range}${extrapolated ? ", extrapolated" : ""}`);
  }
  if ("images" in point && point.images !== null && point.expected !== null && point.images !== point.expected) {
    parts.push(`${point.images} of ${point.expected} images`);
  }
  return parts.join(" · ");
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "" : ` [${percent(low, 2)}, ${percent(high, 2)}]`;
}
