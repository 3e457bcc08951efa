import type { ImageSize } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { toFloat16 } from "../onnx/float16.ts";
import type { Feed } from "../onnx/onnx-runtime.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { isChannelsLast, type TextSignature } from "./encoder-signature.ts";

/**
 * Converts pixels to the element type and layout of an input. float32 with channels first is passed without a copy; for uint8
 * inputs, values in [0, 1] become 0 to 255.
 *
 * @param planes (n, 3, H, W) float32
 */
export function pixelFeed(input: TensorInfo, planes: Float32Array, n: number, size: ImageSize): Feed {
  const last = isChannelsLast(input);
  const pixels = last ? channelsLast(planes, n) : planes;
  const dims = last ? [n, size.height, size.width, 3] : [n, 3, size.height, size.width];
  if (input.type === "uint8") return { data: toBytes(pixels), dims };
  if (input.type === "float16") return { data: toFloat16(pixels), dims };
  if (input.type === "float64") return { data: new Float64Array(pixels), dims };
  return { data: pixels, dims };
}

/** (n, 3, H, W) → (n, H, W, 3) */
function channelsLast(planes: Float32Array, n: number): Float32Array {
  const plane = planes.length / (n * 3);
  const pixels = new Float32Array(planes.length);
  for (let i = 0, p = 0; i < n; i++) {
    for (let at = 0; at < plane; at++) {
      for (let c = 0; c < 3; c++) pixels[p++] = planes[(i * 3 + c) * plane + at] as number;
    }
  }
  return pixels;
}

/** v / 255 in float32, times 255, differs from v by less than a millionth: rounding restores each of the 256 values. */
function toBytes(pixels: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < pixels.length; i++) bytes[i] = (pixels[i] as number) * 255;
  return new Uint8Array(bytes.buffer);
}

/** Fixed height and width of an image input; null for a dynamic axis. */
export function fixedImageSize(input: TensorInfo): { height: number | null; width: number | null } {
  const [height, width] = isChannelsLast(input) ? [1, 2] : [2, 3];
  return { height: fixedAxis(input, height as number), width: fixedAxis(input, width as number) };
}

/** Converts integers to the element type of an input: int64 or int32 for ids, floats for the masks of some exports. */
export function integerFeed(input: TensorInfo, values: Int32Array, dims: readonly number[]): Feed {
  if (input.type === "int32") return { data: values, dims };
  if (input.type === "int64") return { data: BigInt64Array.from(values, BigInt), dims };
  if (input.type === "float32") return { data: Float32Array.from(values), dims };
  throw new InputError(`input ${input.name} has type ${input.type}, expected int32 or int64`);
}

/** A batch of texts for a graph: rows of ids, padded at the end. */
export interface TextBatch {
  readonly rows: readonly Int32Array[];
  /** Number of tokens per row after padding. */
  readonly length: number;
  readonly padId: number;
  /** Whether the attention mask, if the graph has one, includes padding (SigLIP was trained without a mask). */
  readonly attendPadding: boolean;
}

/** The ids and all other text inputs of the graph for a batch of texts. */
export function textFeeds(signature: TextSignature, batch: TextBatch): Record<string, Feed> {
  const { rows, length, padId, attendPadding } = batch;
  const dims = [rows.length, length];
  const ids = new Int32Array(rows.length * length).fill(padId);
  const mask = new Int32Array(rows.length * length).fill(attendPadding ? 1 : 0);
  const positions = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) {
    ids.set(row, i * length);
    mask.fill(1, i * length, i * length + row.length);
    for (let t = 0; t < length; t++) positions[i * length + t] = t;
  }
  const feeds: Record<string, Feed> = { [signature.ids.name]: integerFeed(signature.ids, ids, dims) };
  const { attentionMask, positionIds, tokenTypeIds } = signature;
  if (attentionMask !== null) feeds[attentionMask.name] = integerFeed(attentionMask, mask, dims);
  if (positionIds !== null) {
    const isRow = positionIds.shape[0] === 1 && signature.ids.shape[0] !== 1; // one row of positions for all texts
    const values = isRow ? positions.subarray(0, length) : positions;
    feeds[positionIds.name] = integerFeed(positionIds, values, isRow ? [1, length] : dims);
  }
  if (tokenTypeIds !== null) {
    feeds[tokenTypeIds.name] = integerFeed(tokenTypeIds, new Int32Array(ids.length), dims);
  }
  return feeds;
}

/** The fixed size of a tensor's axis; null if it is dynamic or unknown. */
export function fixedAxis(tensor: TensorInfo, axis: number): number | null {
  const size = tensor.shape[axis];
  return typeof size === "number" ? size : null;
}

/** d of an embedding (n, d); null if the metadata does not fix it or declares another shape. */
export function fixedWidth(tensor: TensorInfo): number | null {
  return tensor.shape.length === 2 ? fixedAxis(tensor, 1) : null;
}
