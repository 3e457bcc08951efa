import sharp, { type Sharp } from "sharp";
import type { DecodedImage } from "../src/data/image/decoded-image.ts";
import { createPreprocessor } from "../src/data/image/preprocess-image.ts";
import { createPreprocessing, type Preprocessing, type PreprocessOptions } from "../src/data/image/preprocessing.ts";

/** Pixels (height, width, 3) of a model's input, from a decoded image. */
export type ToPixels = (image: DecodedImage, preprocessing: Preprocessing) => Promise<Uint8Array>;

/** Resizes to an exact size. */
export type Resize = (image: DecodedImage, width: number, height: number) => Promise<DecodedImage>;

/** Pixels as Shiftline computes them, with some options changed. */
export function changedOptions(changes: Partial<PreprocessOptions>): ToPixels {
  return async (image, preprocessing) => preprocess(image, { ...preprocessing, ...changes });
}

/** The size and crop of torchvision, with another resize between them. @param roundCrop of an odd margin's half */
export function changedResize(resize: Resize, roundCrop: (half: number) => number = roundHalfEven): ToPixels {
  return async (image, { size: { height: n }, resizeMode }) => {
    if (resizeMode === "squash") return (await resize(image, n, n)).data;
    const isTall = image.width <= image.height;
    const long = Math.trunc((n * Math.max(image.width, image.height)) / Math.min(image.width, image.height));
    const [width, height] = isTall ? [n, long] : [long, n];
    const resized = await resize(image, width, height);
    return crop(resized, roundCrop((width - n) / 2), roundCrop((height - n) / 2), n);
  };
}

/** Pillow's resize to the whole of the resized image, by the preprocessor's code. */
export function pillowResize(interpolation: Preprocessing["interpolation"]): Resize {
  return async (image, width, height) => {
    const data = preprocess(image, { size: { width, height }, resizeMode: "squash", interpolation });
    return { data, width, height };
  };
}

export const sharpResize: Resize = async (image, width, height) => {
  const data = await rawSharp(image).resize(width, height, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
  return { data, width, height };
};

/** RawImage.resize of transformers.js 4.3.1 in Node: sharp's affine, which does not widen the kernel when it shrinks. */
export const affineResize: Resize = async (image, width, height) => {
  const matrix: [number, number, number, number] = [width / image.width, 0, 0, height / image.height];
  const { data, info } = await rawSharp(image)
    .affine(matrix, { interpolator: "bicubic" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width >= width && info.height >= height) return { data, width: info.width, height: info.height };
  const padded = await rawSharp({ data, width: info.width, height: info.height })
    .extend({ right: Math.max(0, width - info.width), bottom: Math.max(0, height - info.height), extendWith: "copy" })
    .raw()
    .toBuffer();
  return { data: padded, width: Math.max(width, info.width), height: Math.max(height, info.height) };
};

/** Interpolates between the nearest pixels, however much the image shrinks: OpenCV's resize, PyTorch's interpolate without antialias. */
export function resizeWithoutAntialias(kernel: "bicubic" | "bilinear"): Resize {
  return async (image, width, height) => {
    const columns = taps(image.width, width, kernel);
    const rows = taps(image.height, height, kernel);
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (const [row, rowWeight] of rows[y]!) {
            for (const [column, weight] of columns[x]!) {
              sum += rowWeight * weight * image.data[(row * image.width + column) * 3 + c]!;
            }
          }
          data[(y * width + x) * 3 + c] = Math.min(255, Math.max(0, Math.round(sum)));
        }
      }
    }
    return { data, width, height };
  };
}

/** For each place of the result, pixels of the image and their weights; edge pixels repeat. Bicubic with a = -0.75, as both libraries have it. */
function taps(from: number, to: number, kernel: "bicubic" | "bilinear"): [number, number][][] {
  const reach = kernel === "bicubic" ? 2 : 1;
  return Array.from({ length: to }, (_, i) => {
    const center = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(center) - reach + 1;
    return Array.from({ length: 2 * reach }, (_tap, k): [number, number] => {
      const distance = Math.abs(center - (first + k));
      const weight = kernel === "bicubic" ? cubic(distance, -0.75) : Math.max(0, 1 - distance);
      return [Math.min(from - 1, Math.max(0, first + k)), weight];
    });
  });
}

function cubic(t: number, a: number): number {
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

function preprocess(image: DecodedImage, options: PreprocessOptions): Uint8Array {
  const preprocessor = createPreprocessor(createPreprocessing(options));
  const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
  preprocessor.toPixels(image, pixels);
  return pixels;
}

function crop(image: DecodedImage, left: number, top: number, n: number): Uint8Array {
  const pixels = new Uint8Array(n * n * 3);
  for (let y = 0; y < n; y++) {
    const start = ((top + y) * image.width + left) * 3;
    pixels.set(image.data.subarray(start, start + n * 3), y * n * 3);
  }
  return pixels;
}

function rawSharp({ data, width, height }: DecodedImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
