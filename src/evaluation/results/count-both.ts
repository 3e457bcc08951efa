import type { Correctness } from "./correctness.ts";

/**
 * Images that two results get right both.
 *
 * @throws RangeError if they are not of equally many images
 */
export function countBoth(a: Pick<Correctness, "n" | "bits">, b: Pick<Correctness, "n" | "bits">): number {
  if (a.n !== b.n) throw new RangeError(`expected results of equally many images, got ${a.n} and ${b.n}`);
  let count = 0;
  for (let i = 0; i < a.bits.length; i++) {
    // Bits set in a word of 32, by halves, quarters, …: H. S. Warren, Hacker's Delight, figure 5-2
    let word = (a.bits[i] as number) & (b.bits[i] as number);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
