import { elementBits, elementType } from "./element-type.ts";
import { float16ToNumber } from "./float16.ts";
import type { StringStringEntryProto, TensorProto, TensorShapeProtoDimension, ValueInfoProto } from "./onnx-schema.ts";

/** An input or output of a graph, in onnxruntime's terms. */
export interface TensorInfo {
  /** name of the input or output */
  readonly name: string;
  /** onnxruntime's name of the element type: "float32", "float16", "int64", … */
  readonly type: string;
  /** Each axis: a size, or the name of a dynamic axis ("" if unnamed); empty if the shape is unknown. */
  readonly shape: readonly (number | string)[];
}

/** Location of a weight outside the ONNX file. */
export interface ExternalData {
  /** Path relative to the ONNX file's folder, as stored in the graph. */
  readonly location: string;
  readonly offset: number;
  /** Size in bytes, null if the graph does not state it. */
  readonly length: number | null;
}

/** A weight or constant of a graph, without its values. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly external: ExternalData | null;
  /** The value, if it is a single float or byte. */
  readonly scalar: number | null;
}

/** Size of a tensor's values in bytes. */
export function tensorBytes(tensor: Pick<OnnxTensor, "type" | "dims">): number {
  return Math.ceil((elementCount(tensor) * elementBits(tensor.type)) / 8);
}

/** Number of values of a tensor; 1 for a scalar. */
export function elementCount({ dims }: Pick<OnnxTensor, "dims">): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Describes a tensor; its values are not read, except for a single float or byte. */
export function describeTensor(tensor: TensorProto): OnnxTensor {
  const type = elementType(tensor.dataType);
  // Sizes are not negative: a negative one, read as an unsigned 64-bit number, exceeds any file
  const dims = tensor.dims.map((size) => (size < 0 ? size + 2 ** 64 : size));
  const isScalar = dims.every((size) => size === 1);
  return {
    name: tensor.name,
    type,
    dims,
    external: readExternalData(tensor.externalData),
    scalar: isScalar ? (tensor.floatData[0] ?? readScalar(type, tensor.rawData, tensor.int32Data)) : null,
  };
}

/** Location of a tensor's values; null if they are in the ONNX file. */
export function readExternalData(entries: readonly StringStringEntryProto[]): ExternalData | null {
  const facts = new Map(entries.map(({ key, value }) => [key, value]));
  const location = facts.get("location");
  if (location === undefined) return null;
  const length = facts.get("length");
  return {
    location,
    offset: Number(facts.get("offset") ?? 0),
    length: length === undefined ? null : Number(length),
  };
}

function readScalar(type: string, raw: Uint8Array | undefined, integers: readonly number[]): number | null {
  if (type === "uint8") return raw?.length === 1 ? (raw[0] as number) : (integers[0] ?? null);
  if (raw === undefined) return null;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (type === "float32" && raw.length === 4) return view.getFloat32(0, true);
  if (type === "float64" && raw.length === 8) return view.getFloat64(0, true);
  if (type === "bfloat16" && raw.length === 2) {
    const wide = new DataView(new ArrayBuffer(4)); // the upper half of a float32
    wide.setUint16(0, view.getUint16(0, true));
    return wide.getFloat32(0);
  }
  if (type === "float16" && raw.length === 2) return float16ToNumber(view.getUint16(0, true));
  return null;
}

/** The name, element type and shape of a graph's input or output; a value that is not a tensor has the type "undefined". */
export function describeValue({ name, type }: ValueInfoProto): TensorInfo {
  const tensor = type?.tensorType;
  return {
    name,
    type: elementType(tensor?.elemType ?? 0),
    shape: tensor?.shape?.dim.map(describeDimension) ?? [],
  };
}

function describeDimension({ dimValue, dimParam }: TensorShapeProtoDimension): number | string {
  return dimValue > 0 ? dimValue : dimParam;
}
