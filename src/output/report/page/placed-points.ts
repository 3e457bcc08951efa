import type { PanelFigure } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import type { PlacedPoint } from "./point-tip.tsx";

/** How near the pointer must be to a point, in pixels. */
const REACH = 28;

/** Checkpoints last, so that they win where a baseline's point is as near; by x, the order of the arrow keys. */
export function placePoints(panel: ScatterPanel, { x, y }: PanelFigure): PlacedPoint[] {
  const place = (isCheckpoint: boolean) => (point: PlacedPoint["point"]) => ({
    point,
    isCheckpoint,
    left: x.toPixel(point.x),
    top: y.toPixel(point.y),
  });
  return [...panel.baseline.map(place(false)), ...panel.checkpoints.map(place(true))].sort((a, b) => a.left - b.left);
}

/**
 * The point that is meant by a place, in pixels: the nearest within reach, a checkpoint before a model of the baseline.
 *
 * @param prefers names that win over others as near
 */
export function nearestPoint(
  points: readonly PlacedPoint[],
  left: number,
  top: number,
  prefers: ReadonlySet<string>,
): number | null {
  let best: number | null = null;
  let nearest = REACH;
  points.forEach(({ point, isCheckpoint, left: x, top: y }, i) => {
    const distance = Math.hypot(x - left, y - top) - (isCheckpoint ? 1 : 0) - (prefers.has(point.name) ? 4 : 0);
    if (distance < nearest) {
      nearest = distance;
      best = i;
    }
  });
  return best;
}
