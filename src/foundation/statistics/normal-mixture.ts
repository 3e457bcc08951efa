import { tabulatedNormalCdf } from "./normal-distribution.ts";

/** A mixture of normal distributions, for a normal variable whose variance, and possibly mean, is uncertain. */
export interface NormalMixture {
  /** (nodes,), sum 1 */
  readonly weights: Float64Array;
  /** (nodes,) */
  readonly means: Float64Array;
  /** (nodes,), each > 0 */
  readonly sds: Float64Array;
}

/** Computes the probability that a variable of the mixture is at most `value`, which may be infinite. */
export function mixtureCdf({ weights, means, sds }: NormalMixture, value: number): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    sum += (weights[j] as number) * tabulatedNormalCdf((value - (means[j] as number)) / (sds[j] as number));
  }
  return sum;
}

/**
 * Returns the smallest standard deviation of a mixture: the finest scale on which its distribution function changes.
 */
export function smallestSd({ sds }: NormalMixture): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const sd of sds) smallest = Math.min(smallest, sd);
  return smallest;
}

/** Turns logarithms of weights, such as of a posterior density at the nodes of a grid, into fractions that sum to 1. */
export function normalizedWeights(logWeights: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logWeights) highest = Math.max(highest, value);
  const weights = logWeights.map((value) => Math.exp(value - highest));
  let total = 0;
  for (const weight of weights) total += weight;
  return weights.map((weight) => weight / total);
}
