/** The likelihood of one count as a function of its linear predictor and of the scatter. */
export interface CountLikelihood {
  /** log-likelihood without the binomial coefficient */
  readonly logLikelihood: number;
  /** its first derivative over the linear predictor */
  readonly score: number;
  /** minus its second derivative */
  readonly information: number;
  /**
   * mean of u² given the count; where its mean over counts is scatterSd², the likelihood over the scatter is maximal
   */
  readonly meanSquare: number;
}

/** The integrand is omitted where it is below e^−37 of its maximum. */
const LOG_LEFT_OUT = 37;
/** Step of the trapezoidal rule in standard deviations of the integrand at its mode. */
const STEP = 0.5;
/** Maximum step: the likelihood of a count of 0 or n has an edge about 1 wide, however wide the scatter is. */
const MAX_STEP = 0.3;

/**
 * Computes the likelihood of a count whose logit has normal scatter: K ~ Bin(n, 1 / (1 + e^−(eta + u))), u ~ N(0,
 * scatterSd²). The integral over u uses the trapezoidal rule around the integrand's mode. Its step follows from the
 * curvature at the mode, and it extends to where the integrand vanishes. Like adaptive Gauss–Hermite quadrature, it is
 * exponentially accurate for analytic integrands.
 *
 * @param k         from 0 to n; k and n need not be whole
 * @param scatterSd ≥ 0
 * @see J. C. Pinheiro & D. M. Bates, Approximations to the log-likelihood function in the nonlinear mixed-effects
 *   model, Journal of Computational and Graphical Statistics 4, 1995
 */
export function countLikelihood(k: number, n: number, eta: number, scatterSd: number): CountLikelihood {
  if (scatterSd === 0) {
    const p = 1 / (1 + Math.exp(-eta));
    return {
      logLikelihood: k * eta - n * softplus(eta),
      score: k - n * p,
      information: n * p * (1 - p),
      meanSquare: 0,
    };
  }
  const precision = 1 / (scatterSd * scatterSd);
  const mode = modeOf(k, n, eta, precision);
  const logAt = (u: number) => k * (eta + u) - n * softplus(eta + u) - 0.5 * precision * u * u;
  const highest = logAt(mode);
  const pMode = 1 / (1 + Math.exp(-(eta + mode)));
  const step = Math.min(MAX_STEP, STEP / Math.sqrt(n * pMode * (1 - pMode) + precision));
  let [total, residual, residualSquare, variance, square] = [0, 0, 0, 0, 0];
  const add = (u: number): boolean => {
    const log = logAt(u) - highest;
    if (log < -LOG_LEFT_OUT) return false;
    const weight = Math.exp(log);
    const p = 1 / (1 + Math.exp(-(eta + u)));
    const r = k - n * p;
    total += weight;
    residual += weight * r;
    residualSquare += weight * r * r;
    variance += weight * n * p * (1 - p);
    square += weight * u * u;
    return true;
  };
  add(mode);
  for (let i = 1; add(mode + i * step); i++);
  for (let i = 1; add(mode - i * step); i++);
  const score = residual / total;
  return {
    logLikelihood: highest + Math.log((total * step) / (scatterSd * Math.sqrt(2 * Math.PI))),
    score,
    information: variance / total - (residualSquare / total - score * score),
    meanSquare: square / total,
  };
}

/** Finds the integrand's mode by Newton's method on its monotone derivative, kept within the bounds known so far. */
function modeOf(k: number, n: number, eta: number, precision: number): number {
  let [low, high] = [-(n - k) / precision, k / precision];
  let u = 0;
  for (let round = 0; round < 200; round++) {
    const p = 1 / (1 + Math.exp(-(eta + u)));
    const slope = k - n * p - precision * u;
    if (slope > 0) low = u;
    else high = u;
    const change = slope / (n * p * (1 - p) + precision);
    const next = u + change;
    const u2 = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(u2 - u) <= 1e-12 * (1 + Math.abs(u2))) return u2;
    u = u2;
  }
  return u;
}

/** ln(1 + e^x) */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
