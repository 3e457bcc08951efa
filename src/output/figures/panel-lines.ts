import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import type { BaselineFit } from "../../analysis/robustness/baseline-fit.ts";
import { lineBand } from "../../analysis/robustness/line-band.ts";
import type { LineKey } from "../../analysis/robustness/line-key.ts";
import { closestKeys, isSameTask } from "../../foundation/evaluation-key.ts";
import type { Domain } from "./plot-axis.ts";

/** A line with its bands at one x; accuracies are fractions. */
export interface LineSample {
  readonly x: number;
  readonly y: number;
  /** 95 % confidence band */
  readonly bandLow: number;
  readonly bandHigh: number;
  /** 95 % prediction band */
  readonly predictionLow: number;
  readonly predictionHigh: number;
  readonly extrapolated: boolean;
}

/** A fitted line for a figure: slope and intercept on its scale, other values as accuracies. */
export interface PanelLine {
  /** the baseline's id, or the group */
  readonly label: string;
  readonly group: string;
  /** whether it is the baseline's line; false: the line of a group of checkpoints */
  readonly ofBaseline: boolean;
  /** whether its band is drawn: for the baseline, and for groups in focus if they are few */
  readonly hasBand: boolean;
  /** whether it is of a group that is not in focus */
  readonly isContext: boolean;
  readonly slope: number;
  readonly intercept: number;
  readonly scale: FitScale;
  readonly idMin: number;
  readonly idMax: number;
  /** null for a binomial line */
  readonly r2: number | null;
  readonly n: number;
  /**
   * by ascending x, over the part of the axis that the line covers; contains idMin and idMax if they are on the axis
   */
  readonly samples: readonly LineSample[];
}

/** Number of steps of a curve over the whole axis: bands are nearly straight on the scale of the fit. */
const STEPS = 64;

/**
 * Chooses the lines with the panel's protocol, template set and class names, else the closest match; of a split line,
 * all pieces.
 */
export function chooseLines<T extends LineKey>(key: LineKey, candidates: readonly T[]): T[] {
  const alike = closestKeys(key, candidates);
  const [first] = alike;
  return first === undefined ? [] : alike.filter((line) => isSameTask(line, first));
}

/**
 * Samples a line over the axis.
 *
 * @param serves in-distribution accuracies that the line covers: all, or those of its piece
 */
export function panelLine(
  fit: BaselineFit,
  attributes: Pick<PanelLine, "label" | "group" | "ofBaseline" | "hasBand" | "isContext">,
  domain: Domain,
  serves: { readonly from: number; readonly to: number },
): PanelLine {
  const { slope, intercept, scale, idMin, idMax, r2, n } = fit;
  const samples = sampleAt(fit, domain, serves).map((x): LineSample => {
    const band = lineBand(fit, x);
    return {
      x,
      y: band.expectedAccuracy,
      bandLow: band.confidenceLow,
      bandHigh: band.confidenceHigh,
      predictionLow: band.predictionLow,
      predictionHigh: band.predictionHigh,
      extrapolated: band.extrapolated,
    };
  });
  return { ...attributes, slope, intercept, scale, idMin, idMax, r2, n, samples };
}

function sampleAt(
  { scale, idMin, idMax }: BaselineFit,
  domain: Domain,
  serves: { readonly from: number; readonly to: number },
): number[] {
  const { forward, inverse } = scaleFunctions(scale);
  const low = Math.max(domain[0], serves.from);
  const high = Math.min(domain[1], serves.to);
  if (!(low < high)) return [];
  const inside = (x: number) => x > low && x < high;
  const [from, to] = [forward(low), forward(high)];
  const steps = Array.from({ length: STEPS - 1 }, (_, i) => inverse(from + ((i + 1) / STEPS) * (to - from)));
  return [...new Set([low, ...[...steps, idMin, idMax].filter(inside), high])].sort((a, b) => a - b);
}
