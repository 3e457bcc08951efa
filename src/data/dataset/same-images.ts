import { sha256 } from "../../foundation/files/sha256.ts";
import { openSource } from "../sources/source-formats.ts";
import type { LocatedData } from "./locate.ts";

/** Images that are read of each set: two sets of which all these are the same are the same. */
const READ = 16;

/**
 * Whether two folders hold the same images, in whatever layout: as many, of the same sizes in bytes, and of the same
 * content where some are read. Only sets of equal sizes are read at all.
 */
export async function haveSameImages(one: LocatedData, other: LocatedData): Promise<boolean> {
  if (one.images.length !== other.images.length) return false;
  const [first, second] = [bySize(one), bySize(other)];
  if (first.some((at, i) => one.images.at(at).bytes !== other.images.at(second[i] as number).bytes)) return false;
  const step = Math.max(1, Math.floor(first.length / READ));
  const sizes = new Set(first.filter((_, i) => i % step === 0).map((at) => one.images.at(at).bytes));
  const [own, theirs] = await Promise.all([hashes(one, first, sizes), hashes(other, second, sizes)]);
  return own === theirs;
}

/** Positions of the images, the smallest first. */
function bySize({ images }: LocatedData): Int32Array {
  const bytes = Float64Array.from(images, (image) => image.bytes);
  return Int32Array.from(bytes.keys()).sort((a, b) => (bytes[a] as number) - (bytes[b] as number) || a - b);
}

/** The content of images of these sizes, of no more than {@link READ} of a size, as one text. */
async function hashes(data: LocatedData, order: Int32Array, sizes: ReadonlySet<number>): Promise<string> {
  const source = openSource(data);
  const chosen = [...order].filter((at) => sizes.has(data.images.at(at).bytes)).slice(0, READ * READ);
  const all: string[] = [];
  try {
    // in canonical order: a compressed tar is read forward
    for (const image of chosen.sort((a, b) => a - b).map((at) => data.images.at(at))) {
      all.push(
        await source.read(image).then(
          ({ bytes }) => sha256(bytes),
          () => "unreadable",
        ),
      );
    }
  } finally {
    await source.close();
  }
  return all.sort().join();
}
