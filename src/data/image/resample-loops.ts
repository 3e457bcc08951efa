import { type FilterTaps, PRECISION_BITS } from "./filter-taps.ts";

/**
 * The work of resampling: rows of an image of 3 bytes per pixel, and the sums that make the requested rows and columns.
 */
export interface ResampleWork {
  /** (h, w, 3) */
  readonly source: Uint8Array;
  /** w */
  readonly sourceWidth: number;
  /** source rows that are needed: firstRow to endRow */
  readonly firstRow: number;
  readonly endRow: number;
  /** null where the width stays: columns are copied from `left` on */
  readonly horizontal: FilterTaps | null;
  readonly left: number;
  /** null where the height stays: rows are copied from `firstRow` on */
  readonly vertical: FilterTaps | null;
  /** of the result, in pixels */
  readonly width: number;
  readonly height: number;
}

/** Where the result is written: row i at `start + i * stride`, in bytes. */
export interface ResampleTarget {
  readonly pixels: Uint8Array;
  readonly start: number;
  readonly stride: number;
}

const ONE_HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resamples as Pillow does with 8 bits, in two passes, rows first. Sums start at one half in units of 2^-22, and are
 * shifted down and clipped to 0..255 after each pass, so the intermediate image has 8 bits too. These loops accept any
 * size and define what resample-simd.ts must compute; they need memory for the intermediate image.
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
