/**
 * Computes the log-odds ln(p / (1 − p)), natural logarithm: the scale on which accuracies under shift form a line.
 *
 * @param p an accuracy, strictly between 0 and 1
 * @throws RangeError at 0 and 1, where the logit is infinite, and outside
 */
export function logit(p: number): number {
  if (p === 0 || p === 1) throw new RangeError(`the logit of ${p} is infinite: omit it or clip it by a stated rule`);
  if (!(p > 0 && p < 1))
    throw new RangeError(`expected a fraction in (0, 1), got ${p}; percent must be divided by 100`);
  return Math.log(p) - Math.log1p(-p);
}

/**
 * Returns the fraction in [0, 1] whose logit is x: 1 / (1 + exp(−x)). Infinities give 0 and 1.
 *
 * @throws RangeError if x is NaN
 */
export function inverseLogit(x: number): number {
  if (Number.isNaN(x)) throw new RangeError("expected a number, got NaN");
  return 1 / (1 + Math.exp(-x));
}
