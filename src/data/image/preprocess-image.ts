import { planGeometry } from "./crop.ts";
import { decodeImage } from "./decode.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { createNormalizationTable, normalizePixels } from "./normalize.ts";
import { createResampler } from "./pillow-resize.ts";
import { createPreprocessing, type Preprocessing, type PreprocessOptions } from "./preprocessing.ts";

/** An image prepared for a model. */
export interface PreprocessedImage {
  /** (H, W, 3), before normalization */
  readonly pixels: Uint8Array;
  /** (3, H, W), normalized; red, green and blue planes */
  readonly tensor: Float32Array;
}

/** Turns decoded images into model input. Keeps scratch memory, so use one per thread, for one image at a time. */
export interface Preprocessor {
  readonly height: number;
  readonly width: number;
  /**
   * Resizes, crops and pads into pixels, (H, W, 3) uint8.
   *
   * @throws InputError if the image is so long that its short side would have zero pixels
   * @throws RangeError if a length does not fit
   */
  toPixels(image: DecodedImage, pixels: Uint8Array): void;
  /** Normalizes (H, W, 3) uint8 → (3, H, W) float32. @throws RangeError if a length does not fit */
  toTensor(pixels: Uint8Array, tensor: Float32Array): void;
}

/** Makes a preprocessor. Its pixels are byte for byte those of Pillow and torchvision. */
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
 * Decodes and preprocesses one image as open_clip's evaluation transform does. The image is converted to RGB directly
 * after decoding, as by torchvision's ImageFolder loader.
 *
 * @param bytes   a JPEG, PNG, WebP, GIF or TIFF file
 * @param options size in pixels; defaults are open_clip's: shortest, bicubic, OpenAI's mean and std, fill 0
 * @returns pixels (H, W, 3) uint8 and tensor (3, H, W) float32, in new memory
 * @throws InputError if the bytes are not an image that can be decoded exactly, or an option is out of range
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
