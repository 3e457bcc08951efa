import { quantile } from "simple-statistics";
import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import { percent, plural } from "../../foundation/number-text.ts";
import { panelDomains } from "./panel-domains.ts";
import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";
import type { Domain } from "./plot-axis.ts";

/** Interquartile ranges beyond the quartiles from which a point is far out (Tukey, Exploratory Data Analysis, 1977). */
const FAR_OUT = 3;
/** With fewer points, quartiles are not informative. */
const ENOUGH = 12;

/**
 * Separates checkpoints that are far out on either axis, so that a few broken ones do not squeeze the rest into a
 * corner. A checkpoint inside the axes of the rest is not far.
 *
 * @param canBeOmitted whether a checkpoint may be omitted: not in focus, and not a model of the line
 */
export function separateFarPoints(
  baseline: readonly PanelPoint[],
  checkpoints: readonly PanelCheckpoint[],
  scale: FitScale,
  canBeOmitted: (checkpoint: PanelCheckpoint) => boolean,
): { readonly near: readonly PanelCheckpoint[]; readonly far: readonly PanelCheckpoint[] } {
  const all = [...baseline, ...checkpoints];
  if (all.length < ENOUGH || !checkpoints.some(canBeOmitted)) return { near: checkpoints, far: [] };
  const { forward } = scaleFunctions(scale);
  const [isFarOnX, isFarOnY] = [all.map(({ x }) => forward(x)), all.map(({ y }) => forward(y))].map(fence) as [
    Fence,
    Fence,
  ];
  const isFar = (checkpoint: PanelCheckpoint) =>
    canBeOmitted(checkpoint) && (isFarOnX(forward(checkpoint.x)) || isFarOnY(forward(checkpoint.y)));
  const kept = checkpoints.filter((checkpoint) => !isFar(checkpoint));
  const { xDomain, yDomain } = panelDomains(baseline, kept, scale);
  const isOnAxes = (checkpoint: PanelCheckpoint) => isInside(checkpoint.x, xDomain) && isInside(checkpoint.y, yDomain);
  return {
    near: checkpoints.filter((checkpoint) => !isFar(checkpoint) || isOnAxes(checkpoint)),
    far: checkpoints.filter((checkpoint) => isFar(checkpoint) && !isOnAxes(checkpoint)),
  };
}

/** Describes how many checkpoints the axes omit, and where they are. */
export function farNote(far: readonly PanelCheckpoint[]): string[] {
  if (far.length === 0) return [];
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => percent(value));
    return low === high ? `${low} %` : `${low}–${high} %`;
  };
  const [x, y] = [far.map((checkpoint) => checkpoint.x), far.map((checkpoint) => checkpoint.y)].map(range);
  return [`${plural(far.length, "checkpoint")} far from the rest not drawn: x ${x}, y ${y}`];
}

type Fence = (place: number) => boolean;

function fence(places: readonly number[]): Fence {
  const finite = places.filter(Number.isFinite);
  if (finite.length < ENOUGH) return () => false;
  const [low, high] = [quantile(finite, 0.25), quantile(finite, 0.75)];
  const reach = FAR_OUT * (high - low);
  return (place) => place < low - reach || place > high + reach;
}

function isInside(value: number, [low, high]: Domain): boolean {
  return value >= low && value <= high;
}
