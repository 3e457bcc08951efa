import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";

/** A point in words, for its title: name, accuracies with intervals, effective robustness, images. */
export function pointTitle(point: PanelPoint | PanelCheckpoint): string {
  const { name, group, x, y, xLow, xHigh, yLow, yHigh } = point;
  const parts = [
    `${name}${group === "" ? "" : ` (${group})`}`,
    `x ${percent(x)}${interval(xLow, xHigh)}`,
    `y ${percent(y)}${interval(yLow, yHigh)}`,
  ];
  if ("effectiveRobustness" in point && point.effectiveRobustness !== null) {
    const { effectiveRobustness, low, high, extrapolated } = point;
    const range = low === null || high === null ? "" : ` [${signed(low)}, ${signed(high)}]`;
    parts.push(`effective robustness ${signed(effectiveRobustness)}${range}${extrapolated ? ", extrapolated" : ""}`);
  }
  if ("images" in point && point.images !== null && point.expected !== null && point.images !== point.expected) {
    parts.push(`${point.images} of ${point.expected} images`);
  }
  return parts.join(" · ");
}

function percent(accuracy: number): string {
  return `${(100 * accuracy).toFixed(2)} %`;
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "" : ` [${(100 * low).toFixed(2)}, ${(100 * high).toFixed(2)}]`;
}

function signed(difference: number): string {
  const points = (100 * difference).toFixed(2);
  return difference >= 0 ? `+${points}` : points.replace("-", "−");
}
