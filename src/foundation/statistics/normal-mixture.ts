import { tabulatedNormalCdf } from "./normal-distribution.ts";

/** A mixture of normal distributions: what is normal, but with a variance, and maybe a mean, that is known only so far. */
export interface NormalMixture {
  /** (nodes,), sum 1 */
  readonly weights: Float64Array;
  /** (nodes,) */
  readonly means: Float64Array;
  /** (nodes,), each > 0 */
  readonly sds: Float64Array;
}

/** The probability that a variable of the mixture is at most `value`, which may be infinite. */
export function mixtureCdf({ weights, means, sds }: NormalMixture, value: number): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    sum += (weights[j] as number) * tabulatedNormalCdf((value - (means[j] as number)) / (sds[j] as number));
  }
  return sum;
}

/** The smallest standard deviation of a mixture: how fine its distribution function can be. */
export function smallestSd({ sds }: NormalMixture): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const sd of sds) smallest = Math.min(smallest, sd);
  return smallest;
}

/** Weights of logarithms, e.g. of a posterior density at the nodes of a grid, as fractions that sum to 1. */
export function normalizedWeights(logWeights: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logWeights) highest = Math.max(highest, value);
  const weights = logWeights.map((value) => Math.exp(value - highest));
  let total = 0;
  for (const weight of weights) total += weight;
  return weights.map((weight) => weight / total);
}
