import { type FilterTaps, PRECISION_BITS } from "./filter-taps.ts";

/**
 * The two passes of Pillow's 8-bit resampling, for any number of taps. Between them stands an image of one 32-bit
 * word a pixel: red in bits 0 to 7, green in 8 to 15, blue in 16 to 23, the rest 0. Sums start at one half, are
 * shifted down and clipped to 0..255 after each pass, so the image between the passes is 8-bit too.
 *
 * tap-kernels.ts makes the same passes unrolled for one number of taps; these loops define what they must compute.
 *
 * @see Pillow src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
 */

/** Sums start here: 0.5 in units of 2^-22, so that the shift rounds. */
export const ONE_HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resamples each row of (h, w, 3) bytes to words: source rows firstRow to endRow, `taps.starts.length` outputs each.
 *
 * @param source   the bytes of the whole source image
 * @param rowBytes bytes from one source row to the next
 * @param words    (endRow - firstRow, count), overwritten
 */
export type HorizontalPass = (
  source: DataView,
  rowBytes: number,
  firstRow: number,
  endRow: number,
  taps: FilterTaps,
  words: Int32Array,
) => void;

/**
 * Resamples each column of words to (count, width, 3) bytes.
 *
 * @param words    rows of `width` words; row 0 is source row `firstRow` in the taps' numbering
 * @param pixels   output bytes; output row i starts at `start + i * stride`
 */
export type VerticalPass = (
  words: Int32Array,
  width: number,
  firstRow: number,
  taps: FilterTaps,
  pixels: Uint8Array,
  start: number,
  stride: number,
) => void;

/** Any number of taps, one row after the other. */
export const horizontalPass: HorizontalPass = (source, rowBytes, firstRow, endRow, filter, words) => {
  const { starts, weights, taps } = filter;
  const count = starts.length;
  let word = 0;
  for (let row = firstRow; row < endRow; row++) {
    const rowStart = row * rowBytes;
    for (let x = 0, k = 0; x < count; x++) {
      let p = rowStart + starts[x]! * 3;
      const end = k + taps;
      let weight = weights[k++]!;
      let red = (ONE_HALF + Math.imul(source.getUint8(p), weight)) | 0;
      let green = (ONE_HALF + Math.imul(source.getUint8(p + 1), weight)) | 0;
      let blue = (ONE_HALF + Math.imul(source.getUint8(p + 2), weight)) | 0;
      for (; k < end; k++, p += 3) {
        weight = weights[k]!;
        const four = source.getInt32(p + 2, true); // the byte before the pixel, and the pixel: never beyond the image
        red = (red + Math.imul((four >>> 8) & 255, weight)) | 0;
        green = (green + Math.imul((four >>> 16) & 255, weight)) | 0;
        blue = (blue + Math.imul(four >>> 24, weight)) | 0;
      }
      words[word++] =
        clip(red >> PRECISION_BITS) | (clip(green >> PRECISION_BITS) << 8) | (clip(blue >> PRECISION_BITS) << 16);
    }
  }
};

/** Any number of taps, one output row after the other. */
export const verticalPass: VerticalPass = (words, width, firstRow, filter, pixels, start, stride) => {
  const { starts, weights, taps } = filter;
  for (let y = 0; y < starts.length; y++) {
    const firstWeight = y * taps;
    const endWeight = firstWeight + taps;
    let column = (starts[y]! - firstRow) * width;
    for (let out = start + y * stride, end = out + width * 3; out < end; out += 3, column++) {
      let red = ONE_HALF;
      let green = ONE_HALF;
      let blue = ONE_HALF;
      for (let k = firstWeight, p = column; k < endWeight; k++, p += width) {
        const weight = weights[k]!;
        const pixel = words[p]!;
        red = (red + Math.imul(pixel & 255, weight)) | 0;
        green = (green + Math.imul((pixel >>> 8) & 255, weight)) | 0;
        blue = (blue + Math.imul(pixel >>> 16, weight)) | 0;
      }
      pixels[out] = clip(red >> PRECISION_BITS);
      pixels[out + 1] = clip(green >> PRECISION_BITS);
      pixels[out + 2] = clip(blue >> PRECISION_BITS);
    }
  }
};

function clip(value: number): number {
  return Math.max(0, Math.min(255, value));
}
