import { planGeometry } from "./crop.ts";
import { decodeImage } from "./decode.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { createNormalizationTable, normalizePixels } from "./normalize.ts";
import { createResampler } from "./pillow-resize.ts";
import { createPreprocessing, type Preprocessing, type PreprocessOptions } from "./preprocessing.ts";

/** One image, ready for a model. */
export interface PreprocessedImage {
  /** (H, W, 3), before normalisation */
  readonly pixels: Uint8Array;
  /** (3, H, W), normalised, red, green, blue planes */
  readonly tensor: Float32Array;
}

/** Turns decoded images into model input. Keeps scratch memory: one at a time, one per thread. */
export interface Preprocessor {
  readonly height: number;
  readonly width: number;
  /**
   * Resizes, crops and pads into pixels, (H, W, 3) uint8.
   *
   * @throws InputError if the image is so long that its short side would have no pixel
   * @throws RangeError if a length does not fit
   */
  toPixels(image: DecodedImage, pixels: Uint8Array): void;
  /** Normalises: (H, W, 3) uint8 → (3, H, W) float32. @throws RangeError if a length does not fit */
  toTensor(pixels: Uint8Array, tensor: Float32Array): void;
}

/** Makes the preprocessor of one preprocessing: pixels are Pillow + torchvision's, byte for byte. */
export function createPreprocessor(preprocessing: Preprocessing): Preprocessor {
  const { height, width } = preprocessing.size;
  const resample = createResampler();
  const table = createNormalizationTable(preprocessing.mean, preprocessing.std);
  return {
    height,
    width,
    toPixels: (image, pixels) => resample(image, planGeometry(image, preprocessing), preprocessing.size, pixels),
    toTensor: (pixels, tensor) => normalizePixels(pixels, table, tensor),
  };
}

/**
 * Decodes and preprocesses one image as open_clip's evaluation transform does, with the conversion to RGB right after
 * decoding as torchvision's ImageFolder loader does it.
 *
 * @param bytes   a JPEG, PNG, WebP, GIF or TIFF file
 * @param options size in pixels; defaults are open_clip's: shortest, bicubic, OpenAI's mean and std, fill 0
 * @returns pixels (H, W, 3) uint8 and tensor (3, H, W) float32, of their own memory
 * @throws InputError if the bytes are no image that can be read exactly, or an option is out of range
 */
export async function preprocessImage(bytes: Uint8Array, options: PreprocessOptions): Promise<PreprocessedImage> {
  const preprocessor = createPreprocessor(createPreprocessing(options));
  const image = await decodeImage(bytes);
  const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
  const tensor = new Float32Array(pixels.length);
  preprocessor.toPixels(image, pixels);
  preprocessor.toTensor(pixels, tensor);
  return { pixels, tensor };
}
