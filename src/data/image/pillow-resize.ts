import type { Geometry, Size } from "./crop.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { computeFilterTaps, type FilterTaps } from "./filter-taps.ts";
import type { Interpolation } from "./preprocessing.ts";
import { resampleByLoops } from "./resample-loops.ts";
import { createSimdResample } from "./resample-simd.ts";

/**
 * Resizes an image to exactly Pillow's bytes, computing only the pixels that the crop keeps.
 *
 * @param image    (h, w, 3)
 * @param geometry what to make of it, from `planGeometry`
 * @param target   size of the result, from the preprocessing
 * @param pixels   (H, W, 3), overwritten
 */
export type Resampler = (image: DecodedImage, geometry: Geometry, target: Size, pixels: Uint8Array) => void;

const MAX_KEPT_TAPS = 64; // entries for one axis of one image size; photos have a few dozen common sizes

/**
 * Makes a resampler: Pillow's 8-bit two-pass resize, first each row and then each column. It keeps scratch memory and
 * the weights of recent sizes, so calls must not overlap.
 *
 * @see Pillow src/libImaging/Resample.c, ImagingResample; src/PIL/Image.py, resize
 */
export function createResampler(): Resampler {
  const simd = createSimdResample();
  const kept = new Map<string, FilterTaps>();

  const axisTaps = (source: number, resized: number, first: number, count: number, by: Interpolation): FilterTaps => {
    const key = `${source} ${resized} ${first} ${count} ${by}`;
    let taps = kept.get(key);
    if (taps === undefined) {
      taps = computeFilterTaps(source, resized, first, count, by);
      if (kept.size >= MAX_KEPT_TAPS) kept.delete(kept.keys().next().value!); // the oldest
      kept.set(key, taps);
    }
    return taps;
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

    // Pillow does not resample an axis whose length stays
    const vertical =
      resized.height === image.height
        ? null
        : axisTaps(image.height, resized.height, top, window.height, interpolation);
    const horizontal =
      resized.width === image.width ? null : axisTaps(image.width, resized.width, left, window.width, interpolation);
    const work = {
      source: image.data,
      sourceWidth: image.width,
      firstRow: vertical === null ? top : vertical.starts[0]!,
      endRow: vertical === null ? top + window.height : vertical.starts.at(-1)! + vertical.taps,
      horizontal,
      left,
      vertical,
      width: window.width,
      height: window.height,
    };
    const to = { pixels, start, stride: target.width * 3 };
    if (!simd?.(work, to)) resampleByLoops(work, to);
  };
  return resample;
}

/**
 * Whether Pillow resizes columns first: it does where an image is more than 100 times as high as wide, which rounds
 * differently.
 */
function isColumnsFirst(image: Size, resized: Size): boolean {
  return image.height > image.width * 100 && resized.height < image.height && resized.width !== image.width;
}

function checkLengths(image: DecodedImage, target: Size, pixels: Uint8Array): void {
  if (image.width < 1 || image.height < 1 || image.data.length !== image.width * image.height * 3) {
    throw new RangeError(`expected ${image.width} × ${image.height} × 3 bytes, got ${image.data.length}`);
  }
  if (pixels.length !== target.height * target.width * 3) {
    throw new RangeError(`expected space for ${target.height} × ${target.width} × 3 bytes, got ${pixels.length}`);
  }
}
