/**
 * Adjusts p-values by Holm's step-down method. Comparing the adjusted values with a level bounds the probability of any
 * false positive among them by that level.
 *
 * @param pValues probabilities in [0, 1]
 * @returns adjusted values in the same order, each at least its p-value, at most 1
 * @throws RangeError if a value is not a probability, with its index
 * @see S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6, 1979
 */
export function holm(pValues: readonly number[]): number[] {
  pValues.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`p-value ${i}: expected a probability in [0, 1], got ${p}`);
  });
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length);
  let minimum = 0;
  ascending.forEach(({ p, index }, rank) => {
    minimum = Math.min(1, Math.max(minimum, (pValues.length - rank) * p));
    adjusted[index] = minimum;
  });
  return adjusted;
}
