import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";
import type { Domain } from "./plot-axis.ts";

/** Free space at each end, as a share of the axis. */
const PADDING = 0.06;
/** Minimum length of an axis in the scale's unit, so that a single checkpoint is not magnified. */
const MIN_SPAN = { logit: 1, probit: 0.6, linear: 0.1 } as const;
/** Maximum distance from its point to which an interval extends the axis; longer intervals are cut at the frame. */
const FARTHEST = { logit: 1, probit: 0.6, linear: 0.2 } as const;

export interface PanelDomains {
  readonly xDomain: Domain;
  readonly yDomain: Domain;
}

/** Returns axes that contain every point, and the checkpoints' intervals unless they are very long. */
export function panelDomains(
  baseline: readonly PanelPoint[],
  checkpoints: readonly PanelCheckpoint[],
  scale: FitScale,
): PanelDomains {
  const xs = [...baseline.map(({ x }) => [x, x, x]), ...checkpoints.map(({ x, xLow, xHigh }) => [x, xLow, xHigh])];
  const ys = [...baseline.map(({ y }) => [y, y, y]), ...checkpoints.map(({ y, yLow, yHigh }) => [y, yLow, yHigh])];
  return { xDomain: domain(xs, scale), yDomain: domain(ys, scale) };
}

function domain(values: readonly (readonly (number | null | undefined)[])[], scale: FitScale): Domain {
  const { forward, inverse, endless } = scaleFunctions(scale);
  const drawable = (value: number | null | undefined): value is number =>
    value != null && (!endless || (value > 0 && value < 1));
  const places: number[] = [];
  for (const [value, ...ends] of values) {
    if (!drawable(value)) continue;
    const center = forward(value);
    places.push(center);
    for (const end of ends) {
      if (!drawable(end)) continue;
      places.push(Math.max(center - FARTHEST[scale], Math.min(center + FARTHEST[scale], forward(end))));
    }
  }
  if (places.length === 0) return [0.1, 0.9];
  let low = places.reduce((a, b) => Math.min(a, b));
  let high = places.reduce((a, b) => Math.max(a, b));
  const lacking = Math.max(0, MIN_SPAN[scale] - (high - low)) / 2;
  const padding = PADDING * (high - low + 2 * lacking);
  low -= lacking + padding;
  high += lacking + padding;
  return endless ? [inverse(low), inverse(high)] : [Math.max(0, low), Math.min(1, high)];
}
