/**
 * Returns the smallest of any number of values: `Math.min(...values)` fails beyond about 100,000. @returns Infinity for
 * none
 */
export function smallest(values: Iterable<number>): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) result = Math.min(result, value);
  return result;
}

/** Returns the largest, likewise. @returns -Infinity for none */
export function largest(values: Iterable<number>): number {
  let result = Number.NEGATIVE_INFINITY;
  for (const value of values) result = Math.max(result, value);
  return result;
}
