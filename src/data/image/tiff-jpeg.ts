import { readJpegHeader } from "./jpeg-header.ts";
import { readTiffValues, type TiffDirectory } from "./tiff-directory.ts";
import { TIFF_TAG, type TiffLayout } from "./tiff-layout.ts";

/**
 * Checks that the JPEGs in the strips or tiles of a TIFF have the strip's or tile's size. Of smaller ones libtiff fills
 * only a part, and Pillow's values of the rest are undefined.
 *
 * @returns a description of what is wrong, or undefined
 */
export function checkTiffJpegs(bytes: Uint8Array, directory: TiffDirectory, layout: TiffLayout): string | undefined {
  const values = (tag: number): readonly number[] => readTiffValues(directory, tag)?.values ?? [];
  const tileWidth = values(TIFF_TAG.tileWidth)[0];
  const rows = values(TIFF_TAG.rowsPerStrip)[0] ?? layout.height;
  const width = tileWidth ?? layout.width;
  const places = values(tileWidth === undefined ? TIFF_TAG.stripOffsets : TIFF_TAG.tileOffsets);
  for (const [i, offset] of places.entries()) {
    const header = readJpegHeader(bytes.subarray(offset));
    if (typeof header === "string") continue; // libjpeg decides
    const strip = i % Math.max(1, Math.ceil(layout.height / rows));
    const height =
      tileWidth === undefined ? Math.min(rows, layout.height - strip * rows) : values(TIFF_TAG.tileLength)[0]!;
    if (header.width < width || header.height < height) {
      return `a JPEG of ${header.width} × ${header.height} pixels where ${width} × ${height} are expected`;
    }
  }
  return undefined;
}
