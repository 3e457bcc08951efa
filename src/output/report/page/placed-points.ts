import type { PanelFigure } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import type { PlacedPoint } from "./point-tip.tsx";

/** Maximum distance from the pointer to a point, in pixels. */
const REACH = 28;

/**
 * Places points in order of x, as for the arrow keys. Checkpoints come last, so that they win over equally near points
 * of the baseline.
 */
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
 * Finds the point at a position in pixels: the nearest within reach, a checkpoint before a model of the baseline.
 *
 * @param prefers names that win over equally near points
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
