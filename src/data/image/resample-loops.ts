import { type FilterTaps, PRECISION_BITS } from "./filter-taps.ts";

/** What to resample: rows of an image of 3 bytes a pixel, and the sums that make the rows and columns wanted of them. */
export interface ResampleWork {
  /** (h, w, 3) */
  readonly source: Uint8Array;
  /** w */
  readonly sourceWidth: number;
  /** source rows that are needed: firstRow to endRow */
  readonly firstRow: number;
  readonly endRow: number;
  /** null where the width stays: columns are taken from `left` on */
  readonly horizontal: FilterTaps | null;
  readonly left: number;
  /** null where the height stays: rows are taken from `firstRow` on */
  readonly vertical: FilterTaps | null;
  /** of the result, pixels */
  readonly width: number;
  readonly height: number;
}

/** Where the result goes: row i at `start + i * stride`, bytes. */
export interface ResampleTarget {
  readonly pixels: Uint8Array;
  readonly start: number;
  readonly stride: number;
}

const ONE_HALF = 1 << (PRECISION_BITS - 1);

/**
 * Pillow's 8-bit resampling in two passes, rows first: sums start at one half, in units of 2^-22, are shifted down and clipped to 0..255
 * after each pass, so that the image between the passes is 8-bit too. These loops take any size and define what resample-simd.ts
 * must compute; they need memory for the image between the passes.
 *
 * @see Pillow src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
 */
export function resampleByLoops(work: ResampleWork, target: ResampleTarget): void {
  const { firstRow, endRow, width, height, vertical } = work;
  const { pixels, start, stride } = target;
  const rowBytes = width * 3;
  if (vertical === null) {
    for (let y = 0; y < height; y++) resampleRow(work, firstRow + y, pixels, start + y * stride);
    return;
  }
  const between = new Uint8Array((endRow - firstRow) * rowBytes);
  for (let row = firstRow; row < endRow; row++) resampleRow(work, row, between, (row - firstRow) * rowBytes);
  const { starts, weights, taps } = vertical;
  for (let y = 0; y < height; y++) {
    const top = (starts[y]! - firstRow) * rowBytes;
    for (let x = 0; x < rowBytes; x++) {
      let sum = ONE_HALF;
      for (let t = 0, p = top + x; t < taps; t++, p += rowBytes) {
        sum = (sum + Math.imul(between[p]!, weights[y * taps + t]!)) | 0;
      }
      pixels[start + y * stride + x] = clip(sum >> PRECISION_BITS);
    }
  }
}

function resampleRow(work: ResampleWork, row: number, out: Uint8Array, start: number): void {
  const { source, sourceWidth, horizontal, left, width } = work;
  const rowStart = row * sourceWidth * 3;
  if (horizontal === null) {
    out.set(source.subarray(rowStart + left * 3, rowStart + (left + width) * 3), start);
    return;
  }
  const { starts, weights, taps } = horizontal;
  for (let x = 0, o = start; x < width; x++) {
    for (let channel = 0; channel < 3; channel++) {
      let sum = ONE_HALF;
      for (let t = 0, p = rowStart + starts[x]! * 3 + channel; t < taps; t++, p += 3) {
        sum = (sum + Math.imul(source[p]!, weights[x * taps + t]!)) | 0;
      }
      out[o++] = clip(sum >> PRECISION_BITS);
    }
  }
}

function clip(value: number): number {
  return Math.max(0, Math.min(255, value));
}
