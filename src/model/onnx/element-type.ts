import { TensorProtoDataType } from "./onnx-schema.ts";

/** onnxruntime's names of ONNX's element types that differ from those of onnx.proto in lower case. */
const RENAMED: Readonly<Record<string, string>> = { FLOAT: "float32", DOUBLE: "float64" };

/** onnxruntime's names of the element types, in the order of TensorProto.DataType. */
export const ELEMENT_TYPES: readonly string[] = Object.keys(TensorProtoDataType).map(
  (name) => RENAMED[name] ?? name.toLowerCase(),
);

/** onnxruntime's name of a TensorProto.DataType; "unknown" for one that ONNX does not have yet. */
export function elementType(code: number): string {
  return ELEMENT_TYPES[code] ?? "unknown";
}

/** The TensorProto.DataType of a type by onnxruntime's name. @throws RangeError for an unknown name */
export function elementCode(type: string): number {
  const code = ELEMENT_TYPES.indexOf(type);
  if (code < 0) throw new RangeError(`expected an element type of ONNX, got ${type}`);
  return code;
}

/** Bits per element if they are not 8; types that ONNX adds later are not included. */
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
  int2: 2,
  uint2: 2,
};

/** Bits per element of a type by onnxruntime's name: 8 for 8-bit types and bool. */
export function elementBits(type: string): number {
  return ELEMENT_BITS[type] ?? 8;
}
