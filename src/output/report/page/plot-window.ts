import { type FitScale, scaleFunctions } from "../../../analysis/lines/fit-scale.ts";
import { type AxisFunctions, panelScales } from "../../figures/axis-scale.ts";
import type { LineSample, PanelLine } from "../../figures/panel-lines.ts";
import type { Domain } from "../../figures/plot-axis.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";

/** A visible part of a panel, by the accuracies at its ends. */
export interface Window {
  readonly x: Domain;
  readonly y: Domain;
}

/** Narrowest window, as a share of the panel's axis on its scale. */
const NARROWEST = 1 / 40;
/** Minimum share of an axis that an initial window must leave out; otherwise the whole panel is shown. */
const WORTH_CUTTING = 0.35;
/** Free space around the points of the initial window, as a share of the axis. */
const PADDING = 0.08;

/** Formats a window for the address: four values times 100, which are percentages for accuracies. */
export function formatWindow({ x, y }: Window): string {
  return [...x, ...y].map((accuracy) => (100 * accuracy).toPrecision(5)).join("_");
}

/** Parses the window of an address. @returns undefined if it contains none inside the panel */
export function parseWindow(text: string, panel: ScatterPanel): Window | undefined {
  const ends = text.split("_").map((part) => Number(part) / 100);
  const [x0, x1, y0, y1] = ends;
  if (ends.length !== 4 || !ends.every(Number.isFinite)) return undefined;
  const [x, y] = [[x0, x1] as Domain, [y0, y1] as Domain];
  if (!(x[0] < x[1] && y[0] < y[1])) return undefined;
  if (x[1] <= panel.xDomain[0] || x[0] >= panel.xDomain[1]) return undefined;
  if (y[1] <= panel.yDomain[0] || y[0] >= panel.yDomain[1]) return undefined;
  return keepInside({ x, y }, panel);
}

/** Returns the window of the whole panel. */
export function wholeWindow({ xDomain, yDomain }: ScatterPanel): Window {
  return { x: xDomain, y: yDomain };
}

/**
 * Returns the initial window of a panel: the baseline's models and the important checkpoints if distant others would
 * squeeze these into a corner, else the whole panel.
 *
 * @param matters whether a checkpoint must be in the window
 */
export function firstWindow(panel: ScatterPanel, matters: (name: string) => boolean): Window {
  const points = [
    ...panel.baseline,
    ...panel.checkpoints.filter(({ name, inBaseline }) => inBaseline || matters(name)),
  ];
  if (points.length < 2 || panel.xColumn !== null) return wholeWindow(panel);
  const scales = panelScales(panel);
  const x = around(
    points.map((point) => point.x),
    panel.xDomain,
    scales.x,
  );
  const y = around(
    points.map((point) => point.y),
    panel.yDomain,
    scales.y,
  );
  const isWorth = Math.min(share(x, panel.xDomain, scales.x), share(y, panel.yDomain, scales.y)) < 1 - WORTH_CUTTING;
  return isWorth ? keepInside({ x, y }, panel) : wholeWindow(panel);
}

/** Zooms a window about one of its points. @param factor above 1 zooms out */
export function zoomWindow(
  panel: ScatterPanel,
  { x, y }: Window,
  factor: number,
  at: { x: number; y: number },
): Window {
  const scales = panelScales(panel);
  const scaled = (domain: Domain, center: number, { forward, inverse }: AxisFunctions) => {
    const middle = forward(center);
    return domain.map((end) => inverse(middle + (forward(end) - middle) * factor)) as unknown as Domain;
  };
  return keepInside({ x: scaled(x, at.x, scales.x), y: scaled(y, at.y, scales.y) }, panel);
}

/** Moves a window by shares of its length. */
export function panWindow(panel: ScatterPanel, { x, y }: Window, byX: number, byY: number): Window {
  const scales = panelScales(panel);
  return keepInside({ x: shifted(x, byX, scales.x), y: shifted(y, byY, scales.y) }, panel);
}

/** Returns whether a window is the whole panel. */
export function isWhole(panel: ScatterPanel, { x, y }: Window): boolean {
  const scales = panelScales(panel);
  return share(x, panel.xDomain, scales.x) > 0.999 && share(y, panel.yDomain, scales.y) > 0.999;
}

/** Restricts a panel to a window: points outside are removed, curves are cut at the edges. */
export function panelInWindow(panel: ScatterPanel, { x, y }: Window): ScatterPanel {
  const inside = (point: { readonly x: number; readonly y: number }) =>
    point.x >= x[0] && point.x <= x[1] && point.y >= y[0] && point.y <= y[1];
  return {
    ...panel,
    xDomain: x,
    yDomain: y,
    baseline: panel.baseline.filter(inside),
    checkpoints: panel.checkpoints.filter(inside),
    lines: panel.lines.map((line) => ({ ...line, samples: cutSamples(line, x) })),
  };
}

function cutSamples({ samples, scale }: PanelLine, [low, high]: Domain): LineSample[] {
  const inner = samples.filter(({ x }) => x > low && x < high);
  const at = (x: number) => {
    const after = samples.findIndex((sample) => sample.x >= x);
    const [a, b] = [samples[after - 1], samples[after]];
    return a === undefined || b === undefined ? [] : [between(a, b, x, scale)];
  };
  return [...at(low), ...inner, ...at(high)];
}

function between(a: LineSample, b: LineSample, x: number, scale: FitScale): LineSample {
  const { forward, inverse, endless } = scaleFunctions(scale);
  const place = (forward(x) - forward(a.x)) / (forward(b.x) - forward(a.x));
  const blend = (from: number, to: number) =>
    endless && (from <= 0 || from >= 1 || to <= 0 || to >= 1)
      ? from + place * (to - from)
      : inverse(forward(from) + place * (forward(to) - forward(from)));
  return {
    x,
    y: blend(a.y, b.y),
    bandLow: blend(a.bandLow, b.bandLow),
    bandHigh: blend(a.bandHigh, b.bandHigh),
    predictionLow: blend(a.predictionLow, b.predictionLow),
    predictionHigh: blend(a.predictionHigh, b.predictionHigh),
    extrapolated: a.extrapolated && b.extrapolated,
  };
}

function keepInside({ x, y }: Window, panel: ScatterPanel): Window {
  const scales = panelScales(panel);
  return { x: inside(x, panel.xDomain, scales.x), y: inside(y, panel.yDomain, scales.y) };
}

/** Moves an interval into an axis, keeping its length if possible. */
function inside(part: Domain, whole: Domain, { forward, inverse }: AxisFunctions): Domain {
  const [from, to] = whole.map(forward) as [number, number];
  const [low, high] = part.map(forward) as [number, number];
  const length = Math.min(to - from, Math.max((to - from) * NARROWEST, high - low));
  const middle = Math.min(to - length / 2, Math.max(from + length / 2, (low + high) / 2));
  if (length >= to - from) return whole;
  return [inverse(middle - length / 2), inverse(middle + length / 2)];
}

function shifted(part: Domain, by: number, { forward, inverse }: AxisFunctions): Domain {
  const [low, high] = part.map(forward) as [number, number];
  return [inverse(low + by * (high - low)), inverse(high + by * (high - low))];
}

function share(part: Domain, whole: Domain, { forward }: AxisFunctions): number {
  return (forward(part[1]) - forward(part[0])) / (forward(whole[1]) - forward(whole[0]));
}

function around(values: readonly number[], whole: Domain, { forward, inverse }: AxisFunctions): Domain {
  const [from, to] = whole.map(forward) as [number, number];
  const places = values.map((value) => Math.max(from, Math.min(to, forward(value))));
  const [low, high] = [places.reduce((a, b) => Math.min(a, b)), places.reduce((a, b) => Math.max(a, b))];
  const pad = PADDING * Math.max(high - low, (to - from) * 0.2);
  return [inverse(Math.max(from, low - pad)), inverse(Math.min(to, high + pad))];
}
