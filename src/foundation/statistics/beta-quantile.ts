import { checkShapes, logBetaPower, logIncompleteBeta } from "./incomplete-beta.ts";

/**
 * Computes the quantile of the beta distribution: the x at which a Beta(a, b) variable is at most x with probability p.
 *
 * @param p in [0, 1]
 * @param a > 0, need not be whole
 * @param b > 0
 * @returns x in [0, 1]; 0 where it is below 1e-300
 * @throws RangeError outside these ranges
 */
export function betaQuantile(p: number, a: number, b: number): number {
  return 1 / (1 + Math.exp(-betaQuantileLogit(p, a, b)));
}

/**
 * Computes ln(x / (1 − x)) of the quantile x of {@link betaQuantile}, which keeps the digits of 1 − x when x is near 1.
 *
 * Uses Newton's method on ln I_x over u = ln(x / (1 − x)). The distribution of u is log-concave, so its distribution
 * function is too, and Newton's steps cannot overshoot to the right: after the first they increase monotonically to the
 * solution.
 */
export function betaQuantileLogit(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`expected a probability in [0, 1], got ${p}`);
  checkShapes(a, b);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p > 0.5) return -betaQuantileLogit(1 - p, b, a); // 1 − p is exact here
  const target = Math.log(p);
  let u = Math.log(a / b);
  for (let step = Number.POSITIVE_INFINITY, round = 0; Math.abs(step) > 1e-12 * Math.max(1, Math.abs(u)); round++) {
    if (round === 100) throw new RangeError(`the beta quantile does not converge at p = ${p}, a = ${a}, b = ${b}`);
    const x = 1 / (1 + Math.exp(-u));
    const y = 1 / (1 + Math.exp(u));
    if (x < 1e-300) return Number.NEGATIVE_INFINITY;
    if (y < 1e-300) return Number.POSITIVE_INFINITY;
    const value = logIncompleteBeta(a, b, x, y);
    step = (value - target) / Math.exp(logBetaPower(a, b, x, y) - value);
    u -= step;
  }
  return u;
}
