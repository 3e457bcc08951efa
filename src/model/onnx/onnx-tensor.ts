import type { PbfReader } from "pbf";
import { float16ToNumber } from "./float16.ts";

/** An input or output of a graph, in onnxruntime's words. */
export interface TensorInfo {
  readonly name: string;
  /** onnxruntime's name of the element type: "float32", "float16", "int64", … */
  readonly type: string;
  /** Each axis: a size, or the name of a dynamic axis ("" where it has none); empty where the shape is not known. */
  readonly shape: readonly (number | string)[];
}

/** Where a weight lies that is not inside the ONNX file. */
export interface ExternalData {
  /** Path relative to the ONNX file's folder, as the graph has it. */
  readonly location: string;
  readonly offset: number;
  /** Bytes, null where the graph does not say. */
  readonly length: number | null;
}

/** A weight or constant of a graph, without its values. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly external: ExternalData | null;
  /** The value, where it is one single float or byte. */
  readonly scalar: number | null;
}

/** onnxruntime's names of the element types, in the order of TensorProto.DataType. */
export const ELEMENT_TYPES = [
  "undefined",
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
  "float8e4m3fn",
  "float8e4m3fnuz",
  "float8e5m2",
  "float8e5m2fnuz",
  "uint4",
  "int4",
  "float4e2m1",
];

/** Bits of one element; types that ONNX adds later are not counted. */
const ELEMENT_BITS: Readonly<Record<string, number>> = {
  float64: 64,
  int64: 64,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  float32: 32,
  int32: 32,
  uint32: 32,
  float16: 16,
  bfloat16: 16,
  int16: 16,
  uint16: 16,
  int4: 4,
  uint4: 4,
  float4e2m1: 4,
};

/** How many bytes a tensor's values take: one each for 8-bit types and bool. */
export function tensorBytes(tensor: OnnxTensor): number {
  return Math.ceil((elementCount(tensor) * (ELEMENT_BITS[tensor.type] ?? 8)) / 8);
}

/** How many values a tensor has; 1 for a scalar. */
export function elementCount(tensor: OnnxTensor): number {
  return tensor.dims.reduce((product, size) => product * size, 1);
}

/** Reads a TensorProto; its values stay where they are, but for a single float. */
export function readTensor(pbf: PbfReader): OnnxTensor {
  const dims: number[] = [];
  const entries = new Map<string, string>();
  let name = "";
  let type = "undefined";
  let floats: number[] = [];
  let integers: number[] = [];
  let raw: Uint8Array | null = null;
  pbf.readMessage((tag, _, field) => {
    if (tag === 1) field.readPackedVarint(dims);
    else if (tag === 2) type = ELEMENT_TYPES[field.readVarint()] ?? "unknown";
    else if (tag === 4) floats = field.readPackedFloat();
    else if (tag === 5) integers = field.readPackedVarint();
    else if (tag === 8) name = field.readString();
    else if (tag === 9) raw = field.readBytes();
    else if (tag === 13) {
      const entry = field.readMessage(readEntryField, { key: "", value: "" });
      entries.set(entry.key, entry.value);
    }
  }, null);
  const location = entries.get("location");
  const length = entries.get("length");
  return {
    name,
    type,
    dims,
    external:
      location === undefined
        ? null
        : {
            location,
            offset: Number(entries.get("offset") ?? 0),
            length: length === undefined ? null : Number(length),
          },
    scalar: dims.every((size) => size === 1) ? (floats[0] ?? readScalar(type, raw, integers)) : null,
  };
}

function readEntryField(tag: number, entry: { key: string; value: string }, pbf: PbfReader): void {
  if (tag === 1) entry.key = pbf.readString();
  else if (tag === 2) entry.value = pbf.readString();
}

function readScalar(type: string, raw: Uint8Array | null, integers: readonly number[]): number | null {
  if (type === "uint8") return raw?.length === 1 ? (raw[0] as number) : (integers[0] ?? null);
  if (raw === null) return null;
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

/** Reads a ValueInfoProto: the name, element type and shape of a graph's input or output. */
export function readValueInfo(pbf: PbfReader): TensorInfo {
  const info = { name: "", type: "undefined", shape: [] as (number | string)[] };
  return pbf.readMessage(readInfoField, info);
}

interface InfoDraft {
  name: string;
  type: string;
  shape: (number | string)[];
}

function readInfoField(tag: number, info: InfoDraft, pbf: PbfReader): void {
  if (tag === 1) info.name = pbf.readString();
  else if (tag === 2) pbf.readMessage(readTypeField, info);
}

/** TypeProto: 1 is a tensor; other kinds keep the type "undefined". */
function readTypeField(tag: number, info: InfoDraft, pbf: PbfReader): void {
  if (tag === 1) pbf.readMessage(readTensorTypeField, info);
}

function readTensorTypeField(tag: number, info: InfoDraft, pbf: PbfReader): void {
  if (tag === 1) info.type = ELEMENT_TYPES[pbf.readVarint()] ?? "unknown";
  else if (tag === 2) pbf.readMessage(readShapeField, info);
}

function readShapeField(tag: number, info: InfoDraft, pbf: PbfReader): void {
  if (tag === 1) info.shape.push(readDimension(pbf));
}

function readDimension(pbf: PbfReader): number | string {
  const dimension = pbf.readMessage(readDimensionField, { size: 0, name: "" });
  return dimension.size > 0 ? dimension.size : dimension.name;
}

function readDimensionField(tag: number, dimension: { size: number; name: string }, pbf: PbfReader): void {
  if (tag === 1) dimension.size = pbf.readVarint(true);
  else if (tag === 2) dimension.name = pbf.readString();
}
