const STIRLING_FROM = 15; // five terms of the series are exact to 2e-16 from here on

/**
 * Computes the regularized incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most x.
 * Relative error below 1e-11 for a, b up to 1e7 (measured against mpmath), in the lower tail down to 1e-300. For the
 * upper tail compute I_y(b, a), which loses no digits where I_x(a, b) is near 1.
 *
 * @param a > 0
 * @param b > 0
 * @param x in [0, 1]
 * @param y 1 − x, where the caller knows it to more digits
 * @throws RangeError outside these ranges
 */
export function regularizedIncompleteBeta(a: number, b: number, x: number, y = 1 - x): number {
  return Math.exp(logIncompleteBeta(a, b, x, y));
}

/**
 * Computes the natural logarithm of I_x(a, b), finite where I_x itself underflows. Parameters and errors: {@link
 * regularizedIncompleteBeta}.
 */
export function logIncompleteBeta(a: number, b: number, x: number, y = 1 - x): number {
  checkShapes(a, b);
  if (!(x >= 0 && x <= 1)) throw new RangeError(`expected x in [0, 1], got ${x}`);
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (y === 0) return 0;
  const lower = x * (a + b + 2) <= a + 1; // where the fraction converges fast
  return lower ? logByFraction(a, b, x, y) : Math.log1p(-Math.exp(logByFraction(b, a, y, x)));
}

/** @throws RangeError unless both shapes of a beta distribution are positive and finite */
export function checkShapes(a: number, b: number): void {
  if (!(a > 0 && b > 0 && a + b < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`expected positive, finite shapes of the beta distribution, got ${a} and ${b}`);
  }
}

/**
 * Computes ln(x^a y^b / B(a, b)), which is x y times the density of Beta(a, b) at x: the slope of I_x over ln(x / y).
 *
 * Gamma functions of large arguments would cancel and leave few digits. Each is therefore written by Stirling's
 * formula, and their leading terms are combined in deviances that are computed without cancellation.
 *
 * @see C. Loader, Fast and accurate computation of binomial probabilities, 2000 (saddle-point expansion)
 */
export function logBetaPower(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  return (
    0.5 * Math.log((a / n) * (b / (2 * Math.PI))) +
    (stirlingError(n) - stirlingError(a) - stirlingError(b)) -
    (deviance(a, n * x) + deviance(b, n * y))
  );
}

/**
 * Computes ln I_x(a, b) by a continued fraction b0 + a1 / (b1 + a2 / (b2 + …)), evaluated forward (modified Lentz).
 *
 * @see A. R. DiDonato & A. H. Morris, ACM TOMS 18, 1992 (algorithm 708), equation 9
 */
function logByFraction(a: number, b: number, x: number, y: number): number {
  const partDenominator = (m: number) =>
    m + (m * (b - m) * x) / (a + 2 * m - 1) + ((a + m) * (a * y - b * x + 1 + m * (1 + y))) / (a + 2 * m + 1);
  let fraction = awayFromZero((a * (a * y - b * x + 1)) / (a + 1));
  let numerators = fraction; // ratio of successive numerators of the convergents
  let denominators = 0; // and of the denominators, inverted
  const maxTerms = 1000 + 20 * Math.sqrt(a + b); // it needs about the square root of the larger shape
  for (let m = 1; m <= maxTerms; m++) {
    const partNumerator = ((a + m - 1) / (a + 2 * m - 1)) * ((a + b + m - 1) / (a + 2 * m - 1)) * (m * (b - m) * x * x);
    const part = partDenominator(m);
    denominators = 1 / awayFromZero(part + partNumerator * denominators);
    numerators = awayFromZero(part + partNumerator / numerators);
    const change = numerators * denominators;
    fraction *= change;
    if (Math.abs(change - 1) <= Number.EPSILON) return logBetaPower(a, b, x, y) - Math.log(fraction);
  }
  throw new RangeError(`the incomplete beta function does not converge at a = ${a}, b = ${b}, x = ${x}`);
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** ln Γ(z + 1) − [½ ln(2πz) + z ln z − z], for z > 0. */
function stirlingError(z: number): number {
  let error = 0;
  let high = z;
  for (; high < STIRLING_FROM; high++) error += (high + 0.5) * Math.log1p(1 / high) - 1;
  const s = 1 / (high * high);
  return error + (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / high;
}

/** k ln(k / mean) + mean − k, without cancellation near k = mean. */
function deviance(k: number, mean: number): number {
  const excess = (mean - k) / k;
  if (Math.abs(excess) > 0.2) return k * (excess - Math.log(mean / k));
  // excess − ln(1 + excess), the logarithm as 2 atanh(t)
  const t = excess / (2 + excess);
  let power = t;
  let sum = 0;
  for (let odd = 3; odd <= 27; odd += 2) {
    power *= t * t;
    sum += power / odd;
  }
  return k * (excess * t - 2 * sum);
}
