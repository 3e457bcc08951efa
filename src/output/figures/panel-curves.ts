import { scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import type { PanelLine } from "./panel-lines.ts";
import type { Domain } from "./plot-axis.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/**
 * A piece of a curve inside the frame, entirely within or entirely outside the accuracies that its line was fitted on.
 */
export interface CurvePiece {
  readonly extrapolated: boolean;
  /** accuracies */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A piece of a band, cut at the frame. */
export interface BandPiece {
  readonly extrapolated: boolean;
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

/** Returns the visible pieces of a line, cut exactly at the frame and where extrapolation begins. */
export function curvePieces({ samples }: PanelLine, { yDomain, scale }: ScatterPanel): CurvePiece[] {
  const { forward, inverse } = scaleFunctions(scale);
  const within = (y: number) => y >= yDomain[0] && y <= yDomain[1];
  const pieces: { extrapolated: boolean; points: { x: number; y: number }[] }[] = [];
  for (let i = 0; i + 1 < samples.length; i++) {
    const [a, b] = [samples[i], samples[i + 1]] as [PanelLine["samples"][number], PanelLine["samples"][number]];
    if (!within(a.y) && !within(b.y)) continue;
    const extrapolated = a.extrapolated || b.extrapolated;
    const cut = (from: typeof a, to: typeof a) => {
      if (within(to.y)) return { x: to.x, y: to.y };
      const edge = to.y > yDomain[1] ? yDomain[1] : yDomain[0];
      const share = (forward(edge) - forward(from.y)) / (forward(to.y) - forward(from.y));
      return { x: inverse(forward(from.x) + share * (forward(to.x) - forward(from.x))), y: edge };
    };
    const [start, end] = [cut(b, a), cut(a, b)];
    const last = pieces.at(-1);
    if (last !== undefined && last.extrapolated === extrapolated && last.points.at(-1)?.x === start.x) {
      last.points.push(end);
    } else {
      pieces.push({ extrapolated, points: [start, end] });
    }
  }
  return pieces;
}

/** Returns the visible pieces of a confidence or prediction band. */
export function bandPieces(
  { samples }: PanelLine,
  { yDomain }: ScatterPanel,
  band: "confidence" | "prediction",
): BandPiece[] {
  const pieces: { extrapolated: boolean; points: BandPiece["points"][number][] }[] = [];
  let previous: BandPiece["points"][number] | undefined;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as PanelLine["samples"][number];
    const [low, high] =
      band === "confidence" ? [sample.bandLow, sample.bandHigh] : [sample.predictionLow, sample.predictionHigh];
    const point = { x: sample.x, low: clamp(low, yDomain), high: clamp(high, yDomain) };
    const extrapolated = sample.extrapolated || (i > 0 && (samples[i - 1] as typeof sample).extrapolated);
    const last = pieces.at(-1);
    if (last !== undefined && last.extrapolated === extrapolated) last.points.push(point);
    else pieces.push({ extrapolated, points: previous === undefined ? [point] : [previous, point] });
    previous = point;
  }
  return pieces.filter(({ points }) => points.length > 1);
}

/** Returns the ends of the visible part of y = x; null if none is visible, or y = x has no meaning. */
export function equalityLine({ xDomain, yDomain, hasEquality }: ScatterPanel): readonly [number, number] | null {
  if (!hasEquality) return null;
  const low = Math.max(xDomain[0], yDomain[0]);
  const high = Math.min(xDomain[1], yDomain[1]);
  return low < high ? [low, high] : null;
}

export function clamp(value: number, [low, high]: Domain): number {
  return Math.max(low, Math.min(high, value));
}
