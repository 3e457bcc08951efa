import { readTiffValues, type TiffDirectory } from "./tiff-directory.ts";
import { TIFF_TAG, type TiffLayout } from "./tiff-layout.ts";
import { bandsOf, findTiffUnpacker } from "./tiff-unpack.ts";

/** A rectangle of pixels that are stored together in the file. */
interface Piece {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
  readonly offset: number;
  readonly rawMode: string;
  /** bytes from row to row; 0 where rows are contiguous */
  readonly stride: number;
}

/**
 * Reads the pixels of an uncompressed TIFF, which Pillow reads itself, without libtiff.
 *
 * @returns (height, width, `bandsOf(mode)`) bytes, or the reason why Pillow refuses the file
 * @see Pillow 12.3.0 src/PIL/TiffImagePlugin.py, _setup; src/PIL/ImageFile.py, load; src/libImaging/RawDecode.c
 */
export function readRawTiff(bytes: Uint8Array, directory: TiffDirectory, layout: TiffLayout): Uint8Array | string {
  const found = findPieces(directory, layout);
  if (typeof found === "string") return found;
  const { width, height, mode } = layout;
  const bands = bandsOf(mode);
  const pieces = found.sort((a, b) => a.offset - b.offset).filter((piece, i, all) => !isSamePlace(piece, all[i + 1])); // of consecutive pieces at one position, Pillow keeps the last
  const image = new Uint8Array(width * height * bands);
  let wrong: string | undefined;
  for (const piece of pieces) {
    const { x, y, right, bottom, offset, stride } = piece;
    if (!(x >= 0 && y >= 0 && right > x && bottom > y && right <= width && bottom <= height)) {
      return "one of its strips or tiles has no pixels";
    }
    const unpacker = findTiffUnpacker(mode, piece.rawMode);
    if (unpacker === undefined || offset < 0) return "its planes are not read by Pillow";
    const rowBytes = Math.ceil(((right - x) * unpacker.bits) / 8);
    const step = stride || rowBytes;
    wrong = step < rowBytes ? "its tiles are narrower than their rows" : undefined; // Pillow checks the last one only
    if (wrong !== undefined) continue;
    if (offset + (bottom - y - 1) * step + rowBytes > bytes.length) return "its pixels are cut off";
    for (let row = y, p = offset; row < bottom; row++, p += step) {
      unpacker.unpack(bytes, p, right - x, image, (row * width + x) * bands);
    }
  }
  return wrong ?? image;
}

function isSamePlace(a: Piece, b: Piece | undefined): boolean {
  return (["x", "y", "right", "bottom", "rawMode", "stride"] as const).every((key) => a[key] === b?.[key]);
}

function findPieces(directory: TiffDirectory, layout: TiffLayout): Piece[] | string {
  const { width, height, bits, planar, rawMode, photometric, extraSamples } = layout;
  const whole = (tag: number): number | undefined => {
    const values = readTiffValues(directory, tag);
    return values?.kind === "whole" ? values.values[0] : undefined;
  };
  const isStriped = directory.tags.has(TIFF_TAG.stripOffsets);
  const places = readTiffValues(directory, isStriped ? TIFF_TAG.stripOffsets : TIFF_TAG.tileOffsets);
  if (places?.kind !== "whole" && places?.kind !== "bytes") return "it does not state where its pixels are";
  const hasRows = directory.tags.has(TIFF_TAG.rowsPerStrip);
  const w = isStriped ? width : whole(TIFF_TAG.tileWidth);
  const h = isStriped ? (hasRows ? whole(TIFF_TAG.rowsPerStrip) : height) : whole(TIFF_TAG.tileLength);
  if (w === undefined || h === undefined) return "it does not state the size of its strips or tiles";
  const offsets = w === width && h === height && !planar ? places.values.slice(-1) : places.values;

  const sum = bits.reduce((total, sampleBits) => total + sampleBits, 0);
  const colors = photometric === 2 || photometric === 6 || photometric === 8 ? 3 : photometric === 5 ? 4 : 1;
  const pieces: Piece[] = [];
  let [x, y, layer] = [0, 0, 0];
  for (const offset of offsets) {
    let stride = x + w > width ? (w * sum) / 8 : 0;
    let pieceMode = rawMode;
    if (planar) {
      const letter = rawMode[layer];
      if (letter === undefined) return "it has more planes than samples";
      pieceMode = letter;
      stride /= colors + extraSamples.length;
    }
    const [right, bottom] = [Math.min(x + w, width), Math.min(y + h, height)];
    pieces.push({ x, y, right, bottom, offset, rawMode: pieceMode, stride: Math.trunc(stride) });
    x += w;
    if (x < width) continue;
    x = 0;
    y += h;
    if (y < height) continue;
    y = 0;
    layer++;
  }
  return pieces;
}
