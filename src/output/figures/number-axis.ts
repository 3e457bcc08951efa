import { shortNumber } from "../../foundation/number-text.ts";
import { axisFunctions } from "./axis-scale.ts";
import { type AxisStyle, type Domain, type PlotAxis, plotAxis } from "./plot-axis.ts";

/** Numbers that span more decades are drawn on a logarithmic scale. */
const DECADES = 2;
const MAX_TICKS = 9;
const PADDING = 0.05;

/** Returns whether numbers are drawn on a logarithmic scale: all positive, and spanning more than two decades. */
export function isDrawnAsLog(numbers: readonly number[]): boolean {
  const [low, high] = ends(numbers);
  return low > 0 && high / low > 10 ** DECADES;
}

/** Returns the ends of an axis that contains all numbers. */
export function numberDomain(scale: "number" | "log", numbers: readonly number[]): Domain {
  const { forward, inverse } = axisFunctions(scale);
  const [low, high] = ends(numbers).map(forward) as [number, number];
  if (low === high) return scale === "log" || low === 0 ? [inverse(low - 1), inverse(low + 1)] : aroundOne(low);
  const padding = PADDING * (high - low);
  return [inverse(low - padding), inverse(high + padding)];
}

function aroundOne(value: number): Domain {
  return [value - Math.abs(value) / 2, value + Math.abs(value) / 2];
}

/** Builds an axis of a numeric column: ticks at 1, 2 and 5 times powers of ten, or only at powers of ten. */
export function numberAxis(
  scale: "number" | "log",
  domain: Domain,
  range: readonly [number, number],
  style: AxisStyle,
): PlotAxis {
  return plotAxis(scale, domain, range, shortNumber, style, (isFree) => {
    const sets = scale === "log" ? logTicks(domain) : evenTicks(domain);
    return sets.find((ticks) => ticks.length <= MAX_TICKS && isFree(ticks)) ?? [];
  });
}

/** From many to few. */
function logTicks(domain: Domain): number[][] {
  const [first, last] = [Math.floor(Math.log10(domain[0])), Math.ceil(Math.log10(domain[1]))];
  const powers = (step: number) => {
    const from = Math.ceil(first / step) * step;
    return Array.from({ length: Math.max(0, Math.floor((last - from) / step) + 1) }, (_, i) => from + i * step);
  };
  const steps = Array.from({ length: Math.max(1, last - first) }, (_, i) => i + 1);
  const inside = (tick: number) => tick >= domain[0] && tick <= domain[1];
  return [
    powers(1).flatMap((power) => [1, 2, 5].map((part) => Number(`${part}e${power}`))),
    ...steps.map((step) => powers(step).map((power) => Number(`1e${power}`))),
  ].map((ticks) => ticks.filter(inside));
}

function evenTicks(domain: Domain): number[][] {
  const power = Math.floor(Math.log10((domain[1] - domain[0]) / MAX_TICKS));
  const steps = [power, power + 1, power + 2].flatMap((p) => [1, 2, 5].map((part) => [part, p] as const));
  return steps.map(([part, p]) => {
    const step = Number(`${part}e${p}`);
    const first = Math.ceil(domain[0] / step - 1e-9);
    const length = Math.max(0, Math.min(100, Math.floor(domain[1] / step + 1e-9) - first + 1));
    // for steps below 1, divide instead of multiplying, so that 3 tenths are exactly 0.3
    return Array.from({ length }, (_, i) => (p < 0 ? ((first + i) * part) / Number(`1e${-p}`) : (first + i) * step));
  });
}

function ends(numbers: readonly number[]): [number, number] {
  return [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
}
