import { InputError } from "../../foundation/errors.ts";
import { readInputArithmetic } from "../onnx/input-arithmetic.ts";
import type { OnnxModel } from "../onnx/onnx-model.ts";
import { describeTensor, type VisionPorts } from "./tower-ports.ts";

/**
 * Checks that a uint8 image input is pixels from 0 to 255, and that the graph normalizes them.
 *
 * @param isConfigured whether the checkpoint's files give a mean and a std
 * @returns why the numbers may be wrong
 * @throws InputError if the bytes are quantized values of something else than pixels
 */
export function checkByteInput(
  { file, model, ports: { pixels } }: { file: string; model: OnnxModel; ports: VisionPorts },
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
    `nothing in ${file} normalizes its uint8 pixels before the first layer: unless its weights contain mean and std, its embeddings are wrong`,
  ];
}
