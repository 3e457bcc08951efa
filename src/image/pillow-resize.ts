import type { Geometry, Size } from "./crop.ts";
import type { DecodedImage } from "./decode.ts";
import { computeFilterTaps, type FilterTaps } from "./filter-taps.ts";
import type { Interpolation } from "./preprocessing.ts";
import { tapKernels } from "./tap-kernels.ts";

/**
 * Resizes as Pillow does, byte for byte, but only where the crop looks.
 *
 * @param image    (h, w, 3)
 * @param geometry what to make of it, from `planGeometry`
 * @param target   size of the result, the preprocessing's
 * @param pixels   (H, W, 3), overwritten
 */
export type Resampler = (image: DecodedImage, geometry: Geometry, target: Size, pixels: Uint8Array) => void;

const MOST_KEPT_TAPS = 64; // one axis of one image size each; photos come in a few dozen common sizes
const MOST_KEPT_WORDS = 1 << 24; // 64 MB; a larger image gets scratch memory of its own, which is given back

/**
 * Makes a resampler: Pillow's 8-bit two-pass resize, each row first and then each column. It keeps its scratch memory
 * and the weights of recent sizes, so it must not run twice at the same time.
 *
 * @see Pillow src/libImaging/Resample.c, ImagingResample; src/PIL/Image.py, resize
 */
export function createResampler(): Resampler {
  let scratch = new Int32Array(0);
  const kept = new Map<string, FilterTaps>();

  const axisTaps = (source: number, resized: number, first: number, count: number, by: Interpolation): FilterTaps => {
    const key = `${source} ${resized} ${first} ${count} ${by}`;
    let taps = kept.get(key);
    if (taps === undefined) {
      taps = computeFilterTaps(source, resized, first, count, by);
      if (kept.size >= MOST_KEPT_TAPS) kept.delete(kept.keys().next().value!); // the oldest
      kept.set(key, taps);
    }
    return taps;
  };

  const scratchWords = (length: number): Int32Array => {
    if (length > MOST_KEPT_WORDS) return new Int32Array(length);
    if (length > scratch.length) scratch = new Int32Array(length);
    return scratch;
  };

  const resample: Resampler = (image, geometry, target, pixels) => {
    checkLengths(image, target, pixels);
    if (isColumnsFirst(image, geometry.resized)) {
      const { resized, window } = geometry;
      const size = { width: image.width, height: window.height };
      const columns = { ...size, data: new Uint8Array(size.width * size.height * 3) };
      const vertical = {
        resized: { width: image.width, height: resized.height },
        window: size,
        left: 0,
        padTop: 0,
        padLeft: 0,
      };
      resample(image, { ...geometry, ...vertical }, size, columns.data);
      const horizontal = { resized: { width: resized.width, height: window.height }, top: 0 };
      return resample(columns, { ...geometry, ...horizontal }, target, pixels);
    }

    const { resized, window, top, left, interpolation } = geometry;
    if (window.height < target.height || window.width < target.width) pixels.fill(geometry.fill);
    const start = (geometry.padTop * target.width + geometry.padLeft) * 3;
    const stride = target.width * 3;

    // Pillow leaves an axis alone whose length stays
    const vertical =
      resized.height === image.height
        ? null
        : axisTaps(image.height, resized.height, top, window.height, interpolation);
    const firstRow = vertical === null ? top : vertical.starts[0]!;
    const endRow = vertical === null ? top + window.height : vertical.starts.at(-1)! + vertical.taps;

    const words = scratchWords((endRow - firstRow) * window.width);
    if (resized.width === image.width) {
      copyRows(image, left, window.width, firstRow, endRow, words);
    } else {
      const horizontal = axisTaps(image.width, resized.width, left, window.width, interpolation);
      const source = new DataView(image.data.buffer, image.data.byteOffset, image.data.byteLength);
      tapKernels(horizontal.taps).horizontal(source, image.width * 3, firstRow, endRow, horizontal, words);
    }
    if (vertical === null) {
      copyOut(words, window, pixels, start, stride);
    } else {
      tapKernels(vertical.taps).vertical(words, window.width, firstRow, vertical, pixels, start, stride);
    }
  };
  return resample;
}

/** Pillow resizes an image more than 100 times as high as wide in the other order, which rounds differently. */
function isColumnsFirst(image: Size, resized: Size): boolean {
  return image.height > image.width * 100 && resized.height < image.height && resized.width !== image.width;
}

function checkLengths(image: DecodedImage, target: Size, pixels: Uint8Array): void {
  if (image.width < 1 || image.height < 1 || image.data.length !== image.width * image.height * 3) {
    throw new RangeError(`expected ${image.width} × ${image.height} × 3 bytes, got ${image.data.length}`);
  }
  if (pixels.length !== target.height * target.width * 3) {
    throw new RangeError(`expected room for ${target.height} × ${target.width} × 3 bytes, got ${pixels.length}`);
  }
}

function copyRows(
  image: DecodedImage,
  left: number,
  width: number,
  firstRow: number,
  endRow: number,
  words: Int32Array,
): void {
  const { data } = image;
  for (let row = firstRow, word = 0; row < endRow; row++) {
    for (let p = (row * image.width + left) * 3, end = p + width * 3; p < end; p += 3) {
      words[word++] = data[p]! | (data[p + 1]! << 8) | (data[p + 2]! << 16);
    }
  }
}

function copyOut(words: Int32Array, window: Size, pixels: Uint8Array, start: number, stride: number): void {
  for (let y = 0, word = 0; y < window.height; y++) {
    for (let out = start + y * stride, end = out + window.width * 3; out < end; out += 3) {
      const pixel = words[word++]!;
      pixels[out] = pixel & 255;
      pixels[out + 1] = (pixel >>> 8) & 255;
      pixels[out + 2] = pixel >>> 16;
    }
  }
}
