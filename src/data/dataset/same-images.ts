import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { ImageEntry } from "../sources/image-entry.ts";
import type { ImageSource } from "../sources/image-source.ts";
import { openSource } from "../sources/source-formats.ts";
import type { LocatedData } from "./locate.ts";

/**
 * Number of images of one set that are looked for in the other. Two sets that have all these in common are the same.
 */
const SAMPLES = 16;
/** Maximum number of images of the other set that are read for each. */
const MAX_CANDIDATES = 64;

/**
 * Whether two places contain the same images, in any layout, container and order: the same number of images with the
 * same sizes in bytes, and a sample of them with the same content. Sets with different sizes are not read. Where a
 * container does not state sizes, an image is compared with those of its class.
 */
export async function haveSameImages(first: LocatedData, second: LocatedData): Promise<boolean> {
  if (first.images.length !== second.images.length) return false;
  const [sizes, otherSizes] = [sortedSizes(first), sortedSizes(second)];
  const areSizesKnown = sizes[0] !== 0 && otherSizes[0] !== 0;
  if (areSizesKnown && sizes.some((bytes, i) => bytes !== otherSizes[i])) return false;
  const samples = await hashAll(first, samplePositions(first.images.length));
  const candidatesOf = groupBy(second, areSizesKnown ? "bytes" : "label");
  const candidates = new Set<number>();
  for (const position of samples.keys()) {
    const { bytes, label } = first.images.at(position);
    const group = candidatesOf.get(areSizesKnown ? bytes : label) ?? [];
    for (const candidate of group.slice(0, MAX_CANDIDATES)) candidates.add(candidate);
  }
  const found = new Set((await hashAll(second, [...candidates])).values());
  return samples.size > 0 && [...samples.values()].every((hash) => found.has(hash));
}

function samplePositions(length: number): number[] {
  const step = Math.max(1, Math.floor(length / SAMPLES));
  return Array.from({ length: Math.min(SAMPLES, length) }, (_, i) => i * step);
}

/** Returns the sizes of all images in ascending order; 0 is an unknown size. */
function sortedSizes({ images }: LocatedData): Float64Array {
  return Float64Array.from(images, ({ bytes }) => bytes).sort();
}

/** Groups positions of images by size or class. */
function groupBy({ images }: LocatedData, field: "bytes" | "label"): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  let at = 0;
  for (const image of images) {
    const group = groups.get(image[field]);
    if (group === undefined) groups.set(image[field], [at]);
    else group.push(at);
    at++;
  }
  return groups;
}

/**
 * Maps positions to the SHA-256 of the images that can be read. They are read in order, because a compressed tar is
 * read forward.
 */
async function hashAll(data: LocatedData, positions: readonly number[]): Promise<Map<number, string>> {
  const source = openSource(data);
  const hashes = new Map<number, string>();
  try {
    for (const position of [...positions].sort((a, b) => a - b)) {
      const hash = await hashOf(source, data.images.at(position));
      if (hash !== null) hashes.set(position, hash);
    }
  } finally {
    await source.close();
  }
  return hashes;
}

/** @returns null for an image that cannot be read */
async function hashOf(source: ImageSource, image: ImageEntry): Promise<string | null> {
  try {
    return sha256((await source.read(image)).bytes);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
