import { createFaxDecoder, type FaxOptions } from "./fax.ts";
import { readTiffValues, type TiffDirectory } from "./tiff-directory.ts";
import { TIFF_TAG, type TiffLayout } from "./tiff-layout.ts";
import { findTiffUnpacker } from "./tiff-unpack.ts";

const BYTE_COUNTS = 279;
const GROUP_3_OPTIONS = 292;
const SCHEMES = new Map<number, FaxOptions["scheme"]>([
  [2, "run lengths"],
  [3, "group 3"],
  [4, "group 4"],
]);

/**
 * Reads the pixels of a fax in strips.
 *
 * @returns (height, width) bytes, or the reason why they cannot be read; undefined for other compressions, and faxes in
 *   tiles
 */
export function readFaxTiff(
  bytes: Uint8Array,
  directory: TiffDirectory,
  layout: TiffLayout,
): Uint8Array | string | undefined {
  const { width, height, bits, samples, mode, rawMode } = layout;
  const whole = (tag: number): readonly number[] | undefined => {
    const type = directory.tags.get(tag)?.type;
    return type === 3 || type === 4 ? readTiffValues(directory, tag)!.values : undefined;
  };
  const scheme = SCHEMES.get(layout.compression);
  const offsets = whole(TIFF_TAG.stripOffsets);
  const rows = whole(TIFF_TAG.rowsPerStrip)?.[0] ?? height;
  const isTiled = [TIFF_TAG.tileWidth, TIFF_TAG.tileLength, TIFF_TAG.tileOffsets].some((tag) =>
    directory.tags.has(tag),
  );
  if (scheme === undefined || isTiled) return undefined;
  if (bits[0] !== 1 || samples !== 1) return "a fax has 1 sample of 1 bit";
  const strips = Math.ceil(height / rows);
  if (rows < 1 || offsets === undefined || offsets.length < strips) return "it does not state where its strips are";
  const counts = whole(BYTE_COUNTS); // without them, libtiff estimates by rules that are not reproduced here
  if (counts === undefined || counts.length < strips) {
    return "it does not state how long its strips are";
  }

  const lowFirst = whole(TIFF_TAG.fillOrder)?.[0] === 2;
  const isTwoDimensional = scheme === "group 3" && ((whole(GROUP_3_OPTIONS)?.[0] ?? 0) & 1) === 1;
  const decoder = createFaxDecoder({ scheme: isTwoDimensional ? "group 3 2-d" : scheme, width, lowFirst });
  const unpacker = findTiffUnpacker(mode, rawMode.replace(/R$/, "").replace(/;$/, ""))!; // the decoder handles the order
  const rowBytes = (width + 7) >> 3;
  const image = new Uint8Array(width * height);
  for (let i = 0, y = 0; i < strips; i++, y += rows) {
    const [offset, count] = [offsets[i]!, counts[i]!];
    if (count === 0 || offset + count > bytes.length) return "one of its strips is cut off";
    const inStrip = Math.min(rows, height - y);
    const packed = decoder.decodeStrip(bytes.subarray(offset, offset + count), inStrip);
    if (typeof packed === "string") return packed;
    for (let row = 0; row < inStrip; row++) unpacker.unpack(packed, row * rowBytes, width, image, (y + row) * width);
  }
  return image;
}
