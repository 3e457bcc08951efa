import { InputError } from "../../foundation/errors.ts";
import { chiSquareUpperTail } from "../../foundation/statistics/chi-square.ts";
import { countLikelihood } from "../../foundation/statistics/logit-normal-binomial.ts";
import { normalizedWeights } from "../../foundation/statistics/normal-mixture.ts";
import type { LineEstimate } from "./corrected-line.ts";
import { gridStep, type LinePosterior } from "./line-posterior.ts";

/** Counts of one model's correct answers, and its position on the x axis. */
export interface CountPoint {
  /** on the logit scale */
  readonly x: number;
  /** from 0 to `images`; need not be an integer, because it may be an effective number */
  readonly correct: number;
  /** > 0 */
  readonly images: number;
}

/** A binomial line with logit-normal scatter. */
export interface BinomialLine extends LineEstimate {
  /** standard deviation of the models about the line, by maximum likelihood; 0 if the images explain all of it */
  readonly scatterSd: number;
  /** log-likelihood without the binomial coefficients */
  readonly logLikelihood: number;
  /** posterior of slope and level over all scatters that the counts allow */
  readonly posterior: LinePosterior;
  /** (n,) weights of the points in the line: 1 / (scatter + binomial variance) */
  readonly pointWeights: Float64Array;
}

/** A larger scatter makes nearly every accuracy 0 or 1. */
const MAX_SCATTER_SD = 10;
/** Grid densities below e^−20 of the maximum are skipped. */
const LOG_LEFT_OUT = 20;

/**
 * Fits a line to counts by maximum likelihood: correct ~ Bin(images, 1 / (1 + e^−(intercept + slope x + u))), u ~ N(0,
 * scatterSd²), a generalized linear mixed model with one random effect per model. Counts of 0 and of all images need no
 * special treatment.
 *
 * Slope, intercept and scatter maximize the likelihood, as in lme4's `glmer`. Standard errors are at the scatter that
 * maximizes the likelihood adjusted for the two estimated coefficients, which for normal data is restricted maximum
 * likelihood; use them with Student's t with n − 2 degrees of freedom.
 *
 * @throws InputError with fewer than three points, equal x, or if all counts are 0 or all are complete
 * @see D. R. Cox & N. Reid, Parameter orthogonality and approximate conditional inference, J. R. Stat. Soc. B 49, 1987
 */
export function fitBinomialLine(points: readonly CountPoint[]): BinomialLine {
  checkCounts(points);
  const n = points.length;
  const center = points.reduce((sum, { x }) => sum + x, 0) / n;
  let start = fitAt(points, center, 0, { level: 0, slope: 0 });
  const pooled = start;
  const noise = n / points.reduce((sum, point) => sum + pooled.binomialInformation(point), 0);
  const nodes: FitAtScatter[] = [];
  const height = (fit: FitAtScatter) => fit.logLikelihood - 0.5 * Math.log(determinant(fit));
  const step = gridStep(n - 2);
  let highest = Number.NEGATIVE_INFINITY;
  for (let log = Math.log(noise); ; log += step) {
    const scatterSd = Math.sqrt(Math.max(0, Math.exp(log) - noise));
    if (scatterSd > MAX_SCATTER_SD) break;
    start = fitAt(points, center, nodes.length === 0 ? 0 : scatterSd, start);
    nodes.push(start);
    highest = Math.max(highest, height(start));
    if (height(start) < highest - LOG_LEFT_OUT) break;
  }
  const best = mostLikely(points, center, nodes, (fit) => fit.logLikelihood);
  const adjusted = mostLikely(points, center, nodes, height);
  return {
    ...estimateOf(best, adjusted, center, points),
    posterior: posteriorOf(nodes, height, center, pearsonP(points, center, pooled)),
  };
}

interface Coefficients {
  readonly level: number;
  readonly slope: number;
}

interface FitAtScatter extends Coefficients {
  readonly scatterSd: number;
  readonly logLikelihood: number;
  /** of (level, slope): minus the second derivatives */
  readonly information: readonly [number, number, number];
  /** n p (1 − p) at each point */
  readonly binomialInformation: (point: CountPoint) => number;
}

/**
 * Finds the maximum-likelihood level and slope for a given scatter: Newton's method with step halving on a concave
 * function.
 */
function fitAt(
  points: readonly CountPoint[],
  center: number,
  scatterSd: number,
  { level, slope }: Coefficients,
): FitAtScatter {
  const at = (a: number, b: number) => {
    const sums = { logLikelihood: 0, score: [0, 0], information: [0, 0, 0] };
    for (const { x, correct, images } of points) {
      const dx = x - center;
      const likelihood = countLikelihood(correct, images, a + b * dx, scatterSd);
      sums.logLikelihood += likelihood.logLikelihood;
      (sums.score[0] as number) += likelihood.score;
      (sums.score[1] as number) += likelihood.score * dx;
      (sums.information[0] as number) += likelihood.information;
      (sums.information[1] as number) += likelihood.information * dx;
      (sums.information[2] as number) += likelihood.information * dx * dx;
    }
    return sums;
  };
  let [a, b] = [level, slope];
  let here = at(a, b);
  for (let round = 0; round < 100; round++) {
    const [s0 = 0, s1 = 0] = here.score;
    const [i00 = 0, i01 = 0, i11 = 0] = here.information;
    const det = i00 * i11 - i01 * i01;
    const [da, db] = [(i11 * s0 - i01 * s1) / det, (i00 * s1 - i01 * s0) / det];
    let share = 1;
    let next = at(a + da, b + db);
    while (!(next.logLikelihood >= here.logLikelihood - 1e-9) && share > 1e-6) {
      share /= 2;
      next = at(a + share * da, b + share * db);
    }
    a += share * da;
    b += share * db;
    here = next;
    if (Math.abs(da) <= 1e-10 * (1 + Math.abs(a)) && Math.abs(db) <= 1e-10 * (1 + Math.abs(b))) break;
  }
  const binomialInformation = ({ x, images }: CountPoint) => {
    const p = 1 / (1 + Math.exp(-(a + b * (x - center))));
    return images * p * (1 - p);
  };
  const information = here.information as [number, number, number];
  return { level: a, slope: b, scatterSd, logLikelihood: here.logLikelihood, information, binomialInformation };
}

function determinant({ information: [i00, i01, i11] }: FitAtScatter): number {
  return i00 * i11 - i01 * i01;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Finds the scatter with the highest `height`: golden-section search between the neighbors of the highest grid node.
 */
function mostLikely(
  points: readonly CountPoint[],
  center: number,
  nodes: readonly FitAtScatter[],
  height: (fit: FitAtScatter) => number,
): FitAtScatter {
  let top = 0;
  nodes.forEach((node, j) => {
    if (height(node) > height(nodes[top] as FitAtScatter)) top = j;
  });
  const start = nodes[top] as FitAtScatter;
  let low = nodes[Math.max(0, top - 1)]?.scatterSd as number;
  let high = nodes[Math.min(nodes.length - 1, top + 1)]?.scatterSd as number;
  const fit = (scatterSd: number) => fitAt(points, center, scatterSd, start);
  let [left, right] = [fit(high - GOLDEN * (high - low)), fit(low + GOLDEN * (high - low))];
  while (high - low > 1e-7 * (1 + high)) {
    if (height(left) >= height(right)) {
      high = right.scatterSd;
      right = left;
      left = fit(high - GOLDEN * (high - low));
    } else {
      low = left.scatterSd;
      left = right;
      right = fit(low + GOLDEN * (high - low));
    }
  }
  const found = height(left) >= height(right) ? left : right;
  return height(start) >= height(found) ? start : found;
}

function estimateOf(
  best: FitAtScatter,
  adjusted: FitAtScatter,
  center: number,
  points: readonly CountPoint[],
): Omit<BinomialLine, "posterior"> {
  const [i00, i01] = adjusted.information;
  const det = determinant(adjusted);
  const xMean = center + i01 / i00; // level and slope are uncorrelated there
  const levelSe = 1 / Math.sqrt(i00);
  const slopeSe = Math.sqrt(i00 / det);
  const { slope, scatterSd, logLikelihood } = best;
  return {
    slope,
    intercept: best.level - slope * center,
    slopeSe,
    interceptSe: Math.hypot(levelSe, xMean * slopeSe),
    levelSe,
    xMean,
    n: points.length,
    scatterSd,
    logLikelihood,
    pointWeights: Float64Array.from(points, (point) => 1 / (scatterSd ** 2 + 1 / adjusted.binomialInformation(point))),
  };
}

/** Computes the probability of larger deviations from a line without scatter, by Pearson's statistic. */
function pearsonP(points: readonly CountPoint[], center: number, { level, slope }: FitAtScatter): number {
  let statistic = 0;
  for (const { x, correct, images } of points) {
    const p = 1 / (1 + Math.exp(-(level + slope * (x - center))));
    statistic += (correct - images * p) ** 2 / (images * p * (1 - p));
  }
  return chiSquareUpperTail(statistic, points.length - 2);
}

/** @param none weight of no scatter, the same probability as in least squares */
function posteriorOf(
  nodes: readonly FitAtScatter[],
  height: (fit: FitAtScatter) => number,
  xMean: number,
  none: number,
): LinePosterior {
  const column = (of: (fit: FitAtScatter) => number) => Float64Array.from(nodes, of);
  const logWeights = column(height);
  logWeights[0] = (logWeights[0] as number) - Math.LN2; // the end of the trapezoidal rule's range
  const weights = normalizedWeights(logWeights).map((weight) => weight * (1 - none));
  weights[0] = (weights[0] as number) + none;
  return {
    xMean,
    weights,
    scatterVariances: column(({ scatterSd }) => scatterSd ** 2),
    levels: column(({ level }) => level),
    slopes: column(({ slope }) => slope),
    levelVariances: column((fit) => fit.information[2] / determinant(fit)),
    covariances: column((fit) => -fit.information[1] / determinant(fit)),
    slopeVariances: column((fit) => fit.information[0] / determinant(fit)),
  };
}

function checkCounts(points: readonly CountPoint[]): void {
  const n = points.length;
  if (n < 3) throw new InputError(`a line needs at least three models with both accuracies, got ${n}`);
  for (const { x, correct, images } of points) {
    if (!Number.isFinite(x) || !(images > 0 && images < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`expected a finite x and a number of images, got x = ${x} and ${images} images`);
    }
    if (!(correct >= 0 && correct <= images)) {
      throw new RangeError(`expected a count from 0 to ${images}, got ${correct}`);
    }
  }
  if (points.every(({ x }) => x === (points[0] as CountPoint).x)) {
    throw new InputError(`a line needs different in-distribution accuracies, got one for all ${n} models`);
  }
  checkOverlap(points);
}

/** Rejects counts without a finite maximum-likelihood slope, for example all 0 up to some x and not 0 at the last. */
function checkOverlap(points: readonly CountPoint[]): void {
  for (const end of [0, 1]) {
    if (points.every(({ correct, images }) => correct === end * images)) {
      throw new InputError(
        `a binomial line needs an accuracy that is not ${end}, got ${end} for all ${points.length} models`,
      );
    }
  }
  for (const sign of [1, -1]) {
    const failed = points.filter(({ correct, images }) => correct < images).map(({ x }) => sign * x);
    const succeeded = points.filter(({ correct }) => correct > 0).map(({ x }) => sign * x);
    if (Math.max(...failed) <= Math.min(...succeeded)) {
      throw new InputError(
        "a binomial line needs accuracies that are neither 0 nor 1 at two or more places of x; these have an infinite slope",
      );
    }
  }
}
