import { readTiffValues, TIFF_TYPE_BYTES, type TiffDirectory } from "./tiff-directory.ts";
import { TIFF_TAG, type TiffLayout } from "./tiff-layout.ts";

// what decoding needs: sizes, samples, positions of strips and tiles, options of the compressions, JPEG's tables
const NEEDED = new Set([
  254, 255, 256, 257, 258, 259, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339,
  347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532,
]);

const OTHER_TYPES = new Set([347, 519, 520, 521, 529, 532]); // JPEG tables, coefficients, reference black and white
const [STRIP_LENGTHS, TILE_LENGTHS] = [279, 325];
const STRIP_TAGS: readonly number[] = [TIFF_TAG.stripOffsets, STRIP_LENGTHS];
const TILE_TAGS: readonly number[] = [TIFF_TAG.tileWidth, TIFF_TAG.tileLength, TIFF_TAG.tileOffsets, TILE_LENGTHS];
const SINGLE = new Set([254, 255, 256, 257, 259, 262, 266, 277, 278, 284, 292, 293, 317, 322, 323, 512, 513, 514, 531]);

/**
 * Copies a TIFF for libvips: its first directory alone, with only what decoding needs, at the file's end. libvips reads
 * all directories. It refuses the file for a fault in any tag, and for a photometric interpretation that is missing or
 * has another type. Pillow reads the first directory, and uses 0 where the photometric interpretation is missing.
 *
 * @param directory of the file; its entries must be inside the file
 * @returns the copy, or the reason why Pillow and libtiff may read the directory differently: a tag that appears twice,
 *   or has another type or count than it must have
 */
export function copyOnePage(
  bytes: Uint8Array,
  directory: TiffDirectory,
  { photometric, bits }: TiffLayout,
): Uint8Array | string {
  const { little, big } = directory;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [headerBytes, countBytes, entryBytes, offsetBytes] = big ? [16, 8, 20, 8] : [8, 2, 12, 4];
  const wrong = checkPlaces(bytes, directory, headerBytes);
  if (wrong !== undefined) return wrong;
  const start = big ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  const count = big ? Number(view.getBigUint64(start, little)) : view.getUint16(start, little);
  const entries: Uint8Array[] = [];
  const seen = new Set<number>();
  for (let i = 0, p = start + countBytes; i < count; i++, p += entryBytes) {
    const [tag, type] = [view.getUint16(p, little), view.getUint16(p + 2, little)];
    if (tag !== TIFF_TAG.photometric && !NEEDED.has(tag)) continue;
    const values = big ? Number(view.getBigUint64(p + 4, little)) : view.getUint32(p + 4, little);
    if (seen.has(tag)) return `tag ${tag} appears twice, which Pillow and libtiff read differently`;
    if (!OTHER_TYPES.has(tag) && ![3, 4, big ? 16 : 4].includes(type)) return `its tag ${tag} has type ${type}`;
    if (values === 0 || (SINGLE.has(tag) && values !== 1)) return `its tag ${tag} has ${values} values`;
    if (tag === TIFF_TAG.colorMap && values !== 3 * 2 ** bits[0]!) return `its palette has ${values} values`;
    const length = values * (TIFF_TYPE_BYTES.get(type) ?? 0);
    const where = big ? Number(view.getBigUint64(p + 12, little)) : view.getUint32(p + 8, little);
    if (length > offsetBytes && where + length > bytes.length) return `its tag ${tag} is cut off`;
    if (length > offsetBytes && where < headerBytes) return `its tag ${tag} points into its header`; // which the copy changes
    seen.add(tag);
    if (tag !== TIFF_TAG.photometric) entries.push(bytes.subarray(p, p + entryBytes));
  }
  const entry = new DataView(new ArrayBuffer(entryBytes));
  entry.setUint16(0, TIFF_TAG.photometric, little);
  entry.setUint16(2, 3, little);
  if (big) entry.setBigUint64(4, 1n, little);
  else entry.setUint32(4, 1, little);
  entry.setUint16(big ? 12 : 8, photometric, little);
  entries.push(new Uint8Array(entry.buffer));
  entries.sort((a, b) => tagOf(a, little) - tagOf(b, little));

  const at = (bytes.length + 7) & ~7;
  const copy = new Uint8Array(at + countBytes + entries.length * entryBytes + offsetBytes);
  copy.set(bytes);
  const out = new DataView(copy.buffer);
  if (big) {
    out.setBigUint64(8, BigInt(at), little);
    out.setBigUint64(at, BigInt(entries.length), little);
  } else {
    out.setUint32(4, at, little);
    out.setUint16(at, entries.length, little);
  }
  for (const [i, entry] of entries.entries()) copy.set(entry, at + countBytes + i * entryBytes);
  return copy;
}

/** Checks that strips or tiles, exactly one of the two, are inside the file and after its header. */
function checkPlaces(bytes: Uint8Array, directory: TiffDirectory, headerBytes: number): string | undefined {
  const { tags } = directory;
  const isTiled = TILE_TAGS.some((tag) => tags.has(tag));
  if (isTiled && (STRIP_TAGS.some((tag) => tags.has(tag)) || !TILE_TAGS.every((tag) => tags.has(tag)))) {
    return "it states both strips and tiles, or either incompletely";
  }
  const [offsetTag, lengthTag] = isTiled
    ? [TIFF_TAG.tileOffsets, TILE_LENGTHS]
    : [TIFF_TAG.stripOffsets, STRIP_LENGTHS];
  const offsets = readTiffValues(directory, offsetTag)?.values ?? [];
  const lengths = readTiffValues(directory, lengthTag)?.values ?? [];
  if (offsets.length === 0) return "it does not state where its pixels are";
  if (lengths.length < offsets.length) return `it does not state how long its ${isTiled ? "tiles" : "strips"} are`;
  for (const [i, offset] of offsets.entries()) {
    if (offset < headerBytes) return "its pixels overlap its header"; // which the copy changes
    if (offset + lengths[i]! > bytes.length) return "its pixels are cut off";
  }
  return undefined;
}

function tagOf(entry: Uint8Array, little: boolean): number {
  return new DataView(entry.buffer, entry.byteOffset).getUint16(0, little);
}
