import type { ImageSize } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { readInputArithmetic } from "../onnx/input-arithmetic.ts";
import type { OnnxModel } from "../onnx/onnx-model.ts";
import { describeTensor, type TextSignature, type VisionSignature } from "./encoder-signature.ts";
import { fixedAxis } from "./graph-feeds.ts";

/** Maximum bytes of one batch: 1,783 images of 224 × 224 pixels; exports with a fixed batch have at most 256. */
const MAX_PIXEL_BYTES = 2 ** 30;
/** Maximum number of tokens in one batch: 512 texts of 8,192. */
const MAX_TOKENS = 2 ** 22;

/**
 * Refuses a graph whose fixed sizes need more memory for a batch than any reasonable export.
 *
 * @param path name of the graph in messages
 * @throws InputError with the size
 */
export function checkFixedImages({ pixels }: VisionSignature, { height, width }: ImageSize, path: string): void {
  const batch = fixedAxis(pixels, 0) ?? 1;
  const bytes = batch * 3 * height * width * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= MAX_PIXEL_BYTES) return;
  throw new InputError(
    `${path}: takes ${batch} images of ${height} × ${width} per batch, ${byteSize(bytes)}; export it with a dynamic batch, or a small one`,
  );
}

/** The same check for texts. @throws InputError with the size */
export function checkFixedTexts({ ids }: TextSignature, contextLength: number, path: string): void {
  const batch = fixedAxis(ids, 0) ?? 1;
  if (batch * contextLength <= MAX_TOKENS) return;
  throw new InputError(
    `${path}: takes ${batch} texts of ${contextLength} tokens per batch; export it with dynamic batch and token axes, or small ones`,
  );
}

/**
 * Checks that a uint8 image input takes pixels from 0 to 255, and that the graph normalizes them.
 *
 * @param isConfigured whether the checkpoint's files specify a mean and a std
 * @returns warnings that the results may be wrong
 * @throws InputError if the bytes are not pixels but other quantized values
 */
export function checkByteInput(
  { file, model, signature: { pixels } }: { file: string; model: OnnxModel; signature: VisionSignature },
  isConfigured: boolean,
): string[] {
  if (pixels.type !== "uint8") return [];
  const { normalizes, quantization } = readInputArithmetic(model, pixels.name);
  if (quantization !== undefined) {
    const { scale, zeroPoint } = quantization;
    const isPixel = zeroPoint === 0 && scale !== null && (scale === 1 || Math.abs(scale * 255 - 1) < 1e-3);
    if (!isPixel) {
      const found = `scale ${scale ?? "unknown"}, zero point ${zeroPoint ?? "unknown"}`;
      throw new InputError(
        `${model.path}: input ${describeTensor(pixels)} is quantized (${found}): its bytes are not pixels from 0 to 255; export it with a float input`,
      );
    }
  }
  if (normalizes || !isConfigured) return [];
  return [
    `${file} does not normalize its uint8 pixels before the first layer: unless its weights include mean and std, its embeddings are wrong`,
  ];
}
