import { normalCdf } from "./normal-distribution.ts";

/**
 * Computes the probability that a chi-square variable is at least `value`, by the recurrence over its degrees of
 * freedom.
 *
 * @param value            ≥ 0, may be infinite
 * @param degreesOfFreedom whole, ≥ 1
 * @throws RangeError outside these ranges
 * @see Abramowitz & Stegun 26.4.4, 26.4.5
 */
export function chiSquareUpperTail(value: number, degreesOfFreedom: number): number {
  if (!(value >= 0)) throw new RangeError(`expected a chi-square value of at least 0, got ${value}`);
  if (!(Number.isInteger(degreesOfFreedom) && degreesOfFreedom >= 1)) {
    throw new RangeError(`expected whole degrees of freedom of at least 1, got ${degreesOfFreedom}`);
  }
  if (value === 0) return 1;
  if (value === Number.POSITIVE_INFINITY) return 0;
  const half = value / 2;
  const isOdd = degreesOfFreedom % 2 === 1;
  let tail = isOdd ? 2 * normalCdf(-Math.sqrt(value)) : Math.exp(-half);
  // ln of half^(d/2) e^−half / Γ(d/2 + 1): e^−half may underflow where the sum does not
  let logTerm = isOdd ? 0.5 * Math.log(half) - half - Math.log(Math.sqrt(Math.PI) / 2) : Math.log(half) - half;
  for (let d = isOdd ? 1 : 2; d < degreesOfFreedom; d += 2) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(half) - Math.log(d / 2 + 1);
  }
  return Math.min(1, tail);
}
