import type { Correctness } from "./correctness.ts";
import { areInOneOrder, haveSameRows } from "./image-rows.ts";

type RightImages = Pick<Correctness, "n" | "bits" | "images">;

/**
 * Counts the images that both of two results get right; the results may have different orders of the same images.
 *
 * @throws RangeError if their images differ
 */
export function countBoth(a: RightImages, b: RightImages): number {
  if (!haveSameRows(a.images, b.images)) {
    throw new RangeError(`expected results of the same images, got ${a.n} and ${b.n} images`);
  }
  const inOneOrder = areInOneOrder(a.images, b.images);
  const [first, second] = inOneOrder ? [a.bits, b.bits] : [bitsByContent(a), bitsByContent(b)];
  let count = 0;
  for (let i = 0; i < first.length; i++) {
    // Population count of a 32-bit word: H. S. Warren, Hacker's Delight, figure 5-2
    let word = (first[i] as number) & (second[i] as number);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** Cached per result, because a study counts every pair of hundreds. */
const byContent = new WeakMap<Uint32Array, Uint32Array>();

/**
 * Returns the bits of a result with known contents in the order of `orderByContent`, which all results of these images
 * share.
 */
export function bitsByContent({ bits, images }: RightImages): Uint32Array {
  const order = images.contents?.order;
  if (order === undefined) return bits;
  const known = byContent.get(bits);
  if (known !== undefined) return known;
  const ordered = new Uint32Array(bits.length);
  for (const [place, row] of order.entries()) {
    const bit = ((bits[row >>> 5] as number) >>> (row & 31)) & 1;
    ordered[place >>> 5] = (ordered[place >>> 5] as number) | (bit << (place & 31));
  }
  byContent.set(bits, ordered);
  return ordered;
}
