import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import { textWidth } from "./figure-text.ts";

/** The accuracies at an axis's ends, fractions. */
export type Domain = readonly [low: number, high: number];

/** An axis of accuracies: where each falls in pixels, and where its ticks are. */
export interface AccuracyAxis {
  readonly scale: FitScale;
  readonly domain: Domain;
  /** pixels of the domain's ends */
  readonly range: readonly [number, number];
  /** accuracies at the ticks, rising */
  readonly ticks: readonly number[];
  /** @returns the pixel of an accuracy; of one beyond the domain, or at 0 or 1, that of the nearer end */
  readonly toPixel: (accuracy: number) => number;
  readonly toAccuracy: (pixel: number) => number;
}

/** Percentages that read well where a scale spreads the ends, from many to few. */
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
/** From coarse to fine; steps below one percent only where there would be too few ticks without. */
const STEPS = [50, 25, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
const ENOUGH = 4;
const MOST_TICKS = 11;

/** @param direction along which tick labels stand beside each other: their width counts on x, their height on y */
export function accuracyAxis(
  scale: FitScale,
  domain: Domain,
  range: readonly [number, number],
  { direction, fontSize }: { readonly direction: "x" | "y"; readonly fontSize: number },
): AccuracyAxis {
  const { forward, inverse } = scaleFunctions(scale);
  const [low, high] = [forward(domain[0]), forward(domain[1])];
  const perUnit = (range[1] - range[0]) / (high - low);
  const toPixel = (accuracy: number) => {
    if (accuracy <= domain[0]) return range[0];
    if (accuracy >= domain[1]) return range[1];
    return range[0] + (forward(accuracy) - low) * perUnit;
  };
  const toAccuracy = (pixel: number) => inverse(low + (pixel - range[0]) / perUnit);
  const room = (accuracy: number) =>
    direction === "x" ? textWidth(tickLabel(accuracy), fontSize) + 0.7 * fontSize : 1.9 * fontSize;
  const free = (ticks: readonly number[]) =>
    ticks.every((tick, i) => {
      const next = ticks[i + 1];
      return next === undefined || Math.abs(toPixel(next) - toPixel(tick)) >= (room(tick) + room(next)) / 2;
    });
  return { scale, domain, range, ticks: chooseTicks(scale, domain, free), toPixel, toAccuracy };
}

/** `20`, `0.5`: percent, without the sign, with as many decimals as it has. */
export function tickLabel(accuracy: number): string {
  return String(Number((100 * accuracy).toFixed(6)));
}

/** The most ticks at round percentages whose labels do not collide. */
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
    if (ticks.length > best.length && ticks.length <= MOST_TICKS && free(ticks)) best = ticks;
    if (best.length >= ENOUGH && percents === wholeSteps) break;
  }
  return best;

  function inside(accuracy: number): boolean {
    const { endless } = scaleFunctions(scale);
    return accuracy >= domain[0] && accuracy <= domain[1] && !(endless && (accuracy <= 0 || accuracy >= 1));
  }
}
