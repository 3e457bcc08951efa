/** Number of images per block: the classes of 150 checkpoints fit in the cache of a core. */
const BLOCK = 1024;

/**
 * Counts the images with equal top-1 classes for every pair of checkpoints.
 *
 * @param classes c lists (n,) of top-1 classes of the same images in the same order
 * @returns (c (c − 1) / 2,) counts in the order of `pairIndex`: (0, 1), (0, 2), …, (1, 2), …
 */
export function countAgreement(classes: readonly Int32Array[]): Uint32Array {
  const counts = new Uint32Array((classes.length * (classes.length - 1)) / 2);
  const n = classes[0]?.length ?? 0;
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    let pair = 0;
    for (let i = 0; i < classes.length; i++) {
      const first = classes[i] as Int32Array;
      for (let j = i + 1; j < classes.length; j++) {
        const second = classes[j] as Int32Array;
        let equal = 0;
        // 1 if equal, without an unpredictable branch: classes are from 0 to 2^31 − 1
        for (let k = from; k < to; k++) equal += (((first[k] as number) ^ (second[k] as number)) - 1) >>> 31;
        counts[pair] = (counts[pair] as number) + equal;
        pair++;
      }
    }
  }
  return counts;
}

/** Returns the index of the pair (i, j), i < j, among the pairs of c. */
export function pairIndex(i: number, j: number, c: number): number {
  return i * c - (i * (i + 1)) / 2 + (j - i - 1);
}
