import { mcnemarExact } from "../../foundation/statistics/mcnemar.ts";
import { pairedDifferenceInterval } from "../../foundation/statistics/paired-difference-interval.ts";
import { type ErrorConsistency, errorConsistency } from "./error-consistency.ts";
import { type ClassChange, classChanges } from "./paired-classes.ts";
import type { PairedImage } from "./paired-outcomes.ts";

/**
 * Top-1 results of two checkpoints on the same images, as counts. Fractions of 1; every difference is the first minus
 * the second.
 */
export interface PairedCounts {
  /** images that both were evaluated on */
  readonly n: number;
  /** top-1 of the first checkpoint, a fraction in [0, 1] */
  readonly firstAccuracy: number;
  /** top-1 of the second checkpoint, a fraction in [0, 1] */
  readonly secondAccuracy: number;
  /** firstAccuracy − secondAccuracy */
  readonly difference: number;
  /** lower end of the 95 % interval of the difference */
  readonly low: number;
  /** upper end of the interval, see `low` */
  readonly high: number;
  /** method of the interval: Tango's score interval for paired proportions */
  readonly interval: "tango";
  /** images that both get right */
  readonly both: number;
  /** images that only the first gets right */
  readonly onlyFirst: number;
  /** images that only the second gets right */
  readonly onlySecond: number;
  /** images that neither gets right */
  readonly neither: number;
  /** McNemar's exact test, two-sided */
  readonly p: number;
  /** null if both are correct on all images, or both on none */
  readonly errorConsistency: ErrorConsistency | null;
}

/** A comparison with the images and classes behind the difference. */
export interface PairedComparison extends PairedCounts {
  /** images that only the first gets right, in their order */
  readonly onlyFirstImages: readonly string[];
  /** images that only the second gets right, in their order */
  readonly onlySecondImages: readonly string[];
  /** the most changed first */
  readonly classes: readonly ClassChange[];
}

/**
 * Compares two checkpoints by the numbers of images that both, or only one, get right.
 *
 * @throws RangeError unless the counts are non-negative integers with a sum of at most n, and n is at least 1
 */
export function comparePairedCounts(both: number, onlyFirst: number, onlySecond: number, n: number): PairedCounts {
  return {
    n,
    firstAccuracy: (both + onlyFirst) / n,
    secondAccuracy: (both + onlySecond) / n,
    difference: (onlyFirst - onlySecond) / n,
    ...pairedDifferenceInterval(onlyFirst, onlySecond, n),
    interval: "tango",
    both,
    onlyFirst,
    onlySecond,
    neither: n - both - onlyFirst - onlySecond,
    p: mcnemarExact(onlyFirst, onlySecond),
    errorConsistency: errorConsistency(both, onlyFirst, onlySecond, n),
  };
}

/**
 * Compares two checkpoints on their common images.
 *
 * @param images at least one
 * @throws RangeError if there is no image
 */
export function comparePaired(images: readonly PairedImage[]): PairedComparison {
  const both = images.filter(({ first, second }) => first && second).length;
  const onlyFirstImages = images.filter(({ first, second }) => first && !second).map(({ image }) => image);
  const onlySecondImages = images.filter(({ first, second }) => second && !first).map(({ image }) => image);
  return {
    ...comparePairedCounts(both, onlyFirstImages.length, onlySecondImages.length, images.length),
    onlyFirstImages,
    onlySecondImages,
    classes: classChanges(images),
  };
}
