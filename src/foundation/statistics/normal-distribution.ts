const LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** Below this the lower tail is a continued fraction; above it, the series about 0 loses few digits to cancellation. */
const FRACTION_BELOW = -2;

/**
 * Computes the probability that a standard normal variable is at most z. The lower tail keeps all digits, so for an
 * upper tail pass −z. Relative error below 1e-13 for z ≤ 0 down to −38 (measured against mpmath).
 *
 * @param z any number, may be infinite
 * @throws RangeError if z is NaN
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new RangeError("expected a number for z, got NaN");
  return z > 0 ? 1 - normalCdf(-z) : Math.exp(logLowerTail(z));
}

/** Nodes of the table of {@link tabulatedNormalCdf}: z = −j / TABLE_STEPS. */
const TABLE_STEPS = 32;
const TABLE_ENDS = 12;
let table: { readonly cdf: Float64Array; readonly density: Float64Array } | undefined;

/**
 * {@link normalCdf} for loops: a Taylor series of six terms about the nearest node of a table. Relative error below
 * 1e-7 in the lower tail and below 1e-10 within 4 of 0.
 *
 * @param z any number, may be infinite
 */
export function tabulatedNormalCdf(z: number): number {
  if (z > 0) return 1 - tabulatedNormalCdf(-z);
  if (!(z > -TABLE_ENDS)) return normalCdf(z);
  table ??= makeTable();
  const j = Math.round(-z * TABLE_STEPS);
  const at = -j / TABLE_STEPS;
  const d = z - at;
  // Derivatives of the density are Hermite polynomials times the density
  const square = at * at;
  const h3 = at * (square - 3);
  const h4 = square * (square - 6) + 3;
  const h5 = at * (square * (square - 10) + 15);
  const series = d * (1 + d * (-at / 2 + d * ((square - 1) / 6 + d * (-h3 / 24 + d * (h4 / 120 - (d * h5) / 720)))));
  return (table.cdf[j] as number) + (table.density[j] as number) * series;
}

function makeTable() {
  const z = Float64Array.from({ length: TABLE_ENDS * TABLE_STEPS + 1 }, (_, j) => -j / TABLE_STEPS);
  return { cdf: z.map(normalCdf), density: z.map((value) => Math.exp(-0.5 * value * value - LOG_SQRT_TWO_PI)) };
}

/**
 * Computes the quantile of the standard normal distribution (probit): the z that a variable stays at or below with
 * probability p. The `probit` of simple-statistics is a coarse approximation and not monotone; do not use it in fits.
 *
 * Uses Newton's method on the logarithm of the distribution function, which is concave: from a start below the solution
 * the steps increase monotonically to it.
 *
 * @param p in (0, 1)
 * @throws RangeError outside
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a probability in (0, 1), got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p); // 1 − p is exact here
  const target = Math.log(p);
  let z = -Math.sqrt(-2 * (target + Math.LN2)); // the tail is at most ½ exp(−z² / 2), so the solution is above
  for (let step = Number.POSITIVE_INFINITY, round = 0; Math.abs(step) > 1e-10 && round < 50; round++) {
    const value = logLowerTail(z);
    step = (value - target) / Math.exp(-0.5 * z * z - LOG_SQRT_TWO_PI - value);
    z -= step;
  }
  return z;
}

/** ln Φ(z) for z ≤ 0. */
function logLowerTail(z: number): number {
  const logDensity = -0.5 * z * z - LOG_SQRT_TWO_PI;
  return z < FRACTION_BELOW ? logDensity + Math.log(millsRatio(-z)) : Math.log(0.5 - Math.exp(logDensity) * series(-z));
}

/** (1 − Φ(z)) / φ(z) = 1 / (z + 1 / (z + 2 / (z + 3 / …))), evaluated backward (Abramowitz & Stegun 26.2.14). */
function millsRatio(z: number): number {
  let tail = z;
  for (let term = 20 + Math.ceil(500 / z); term > 0; term--) tail = z + term / tail;
  return 1 / tail;
}

/** (Φ(z) − ½) / φ(z) = z + z³/3 + z⁵/(3·5) + … (Abramowitz & Stegun 26.2.11). */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** Half the width of a two-sided 95 % normal interval, in standard deviations. */
export const Z95 = normalQuantile(0.975);
