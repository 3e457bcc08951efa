import { type AxisScale, axisFunctions } from "./axis-scale.ts";
import type { TextMeasure } from "./figure-text.ts";

/** The values at the ends of an axis; accuracies are fractions. */
export type Domain = readonly [low: number, high: number];

/** An axis: the pixel of each value, and its ticks. */
export interface PlotAxis {
  readonly scale: AxisScale;
  readonly domain: Domain;
  /** pixels of the ends of the domain */
  readonly range: readonly [number, number];
  /** values at the ticks, ascending */
  readonly ticks: readonly number[];
  readonly tickLabel: (value: number) => string;
  /** @returns the pixel of a value; clamped to the nearer end outside the domain and where the scale is infinite */
  readonly toPixel: (value: number) => number;
  readonly toValue: (pixel: number) => number;
}

/** A panel's two axes. */
export interface PanelAxes {
  readonly x: PlotAxis;
  readonly y: PlotAxis;
}

export interface AxisStyle {
  /** direction of the axis: the width of tick labels matters on x, their height on y */
  readonly direction: "x" | "y";
  readonly fontSize: number;
  readonly measure: TextMeasure;
}

/**
 * Lays an axis out.
 *
 * @param chooseTicks chooses the ticks; it receives a check whether a set of labels has no overlap
 */
export function plotAxis(
  scale: AxisScale,
  domain: Domain,
  range: readonly [number, number],
  tickLabel: (value: number) => string,
  { direction, fontSize, measure }: AxisStyle,
  chooseTicks: (isFree: (ticks: readonly number[]) => boolean) => number[],
): PlotAxis {
  const { forward, inverse } = axisFunctions(scale);
  const [low, high] = [forward(domain[0]), forward(domain[1])];
  const perUnit = (range[1] - range[0]) / (high - low);
  const toPixel = (value: number) => {
    if (value <= domain[0]) return range[0];
    if (value >= domain[1]) return range[1];
    return range[0] + (forward(value) - low) * perUnit;
  };
  const toValue = (pixel: number) => inverse(low + (pixel - range[0]) / perUnit);
  const room = (value: number) =>
    direction === "x" ? measure(tickLabel(value), fontSize) + 0.7 * fontSize : 1.9 * fontSize;
  const isFree = (ticks: readonly number[]) =>
    ticks.every((tick, i) => {
      const next = ticks[i + 1];
      return next === undefined || Math.abs(toPixel(next) - toPixel(tick)) >= (room(tick) + room(next)) / 2;
    });
  return { scale, domain, range, ticks: chooseTicks(isFree), tickLabel, toPixel, toValue };
}
