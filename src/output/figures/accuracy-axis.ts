import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import { type AxisStyle, type Domain, type PlotAxis, plotAxis } from "./plot-axis.ts";

/** Tick percentages for scales that stretch the ends, from many to few. */
const TAILS: readonly (readonly number[])[] = [
  [
    0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 98, 99, 99.5, 99.8,
    99.9,
  ],
  [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9],
  [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 50, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9],
  [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9],
  [0.01, 0.1, 1, 5, 20, 50, 80, 95, 99, 99.9, 99.99],
  [0.01, 0.1, 1, 10, 50, 90, 99, 99.9, 99.99],
];
/** From coarse to fine; steps below one percent are used only if there would be too few ticks otherwise. */
const STEPS = [50, 25, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
const ENOUGH = 4;
const MAX_TICKS = 11;

/** Builds an axis of accuracies with ticks at round percentages. */
export function accuracyAxis(
  scale: FitScale,
  domain: Domain,
  range: readonly [number, number],
  style: AxisStyle,
): PlotAxis {
  return plotAxis(scale, domain, range, tickLabel, style, (isFree) => chooseTicks(scale, domain, isFree));
}

/** Formats a percentage without the sign and with the necessary decimals: `20`, `0.5`. */
export function tickLabel(accuracy: number): string {
  return String(Number((100 * accuracy).toFixed(6)));
}

/** Chooses the largest set of ticks at round percentages whose labels do not overlap. */
function chooseTicks(scale: FitScale, domain: Domain, free: (ticks: readonly number[]) => boolean): number[] {
  const uniform = STEPS.map((step) => {
    const first = Math.ceil((100 * domain[0]) / step - 1e-9);
    const count = Math.max(0, Math.min(200, Math.floor((100 * domain[1]) / step + 1e-9) - first + 1));
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toFixed(6)));
  });
  const wholeSteps = uniform[STEPS.indexOf(1)];
  const sets = scale === "linear" ? uniform : [...TAILS, ...uniform];
  let best: number[] = [];
  for (const percents of sets) {
    const ticks = percents.map((percent) => Number((percent / 100).toFixed(8))).filter(inside);
    if (ticks.length > best.length && ticks.length <= MAX_TICKS && free(ticks)) best = ticks;
    if (best.length >= ENOUGH && percents === wholeSteps) break;
  }
  return best;

  function inside(accuracy: number): boolean {
    const { endless } = scaleFunctions(scale);
    return accuracy >= domain[0] && accuracy <= domain[1] && !(endless && (accuracy <= 0 || accuracy >= 1));
  }
}
