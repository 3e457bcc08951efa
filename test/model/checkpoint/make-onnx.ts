import { PbfWriter } from "pbf";
import { toFloat16 } from "../../../src/model/onnx/float16.ts";

/** Writes ONNX files of a few operations, so that every rule can be tested on a graph made for it (onnx/onnx.proto3). */

export type ElementType = "float32" | "float16" | "float64" | "int32" | "int64" | "uint8" | "bool";

const TYPE_CODES: Record<ElementType, number> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly external?: { readonly location: string; readonly offset: number; readonly length?: number };
}

export type AttributeSpec =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: TensorSpec }
  | { readonly graph: GraphSpec };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly domain?: string;
  readonly overload?: string;
}

export interface ValueSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[] | null;
}

export interface GraphSpec {
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly tensors: readonly TensorSpec[];
}

/** A function of the domain "local" that the model brings along. */
export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeSpec[];
  readonly overload?: string;
}

export interface ModelSpec extends GraphSpec {
  readonly functions?: readonly FunctionSpec[];
}

/** The bytes of an ONNX file, opset 17. */
export function onnxFile(model: ModelSpec): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  pbf.writeStringField(2, "shiftline-test");
  pbf.writeStringField(3, "1.0");
  pbf.writeMessage(7, writeGraph, model);
  pbf.writeMessage(8, writeOpset, { domain: "", version: 17 });
  pbf.writeMessage(8, writeOpset, { domain: "com.microsoft", version: 1 });
  if (model.functions !== undefined) pbf.writeMessage(8, writeOpset, { domain: "local", version: 1 });
  for (const one of model.functions ?? []) pbf.writeMessage(25, writeFunction, one);
  return pbf.finish().slice();
}

/** The values' bytes as `raw_data` and external files hold them. */
export function tensorPayload({ type, values }: Pick<TensorSpec, "type" | "values">): Uint8Array {
  if (type === "float32") return new Uint8Array(Float32Array.from(values).buffer);
  if (type === "float64") return new Uint8Array(Float64Array.from(values).buffer);
  if (type === "float16") return new Uint8Array(toFloat16(Float32Array.from(values)).buffer);
  if (type === "int64") return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  if (type === "int32") return new Uint8Array(Int32Array.from(values).buffer);
  return Uint8Array.from(values);
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeSpec>> = {},
  domain = "",
): NodeSpec {
  return { op, inputs, outputs: [output], attributes, domain };
}

function writeOpset(opset: { domain: string; version: number }, pbf: PbfWriter): void {
  if (opset.domain !== "") pbf.writeStringField(1, opset.domain);
  pbf.writeVarintField(2, opset.version);
}

function writeFunction(spec: FunctionSpec, pbf: PbfWriter): void {
  pbf.writeStringField(1, spec.name);
  for (const name of spec.inputs) pbf.writeStringField(4, name);
  for (const name of spec.outputs) pbf.writeStringField(5, name);
  for (const one of spec.nodes) pbf.writeMessage(7, writeNode, one);
  pbf.writeMessage(9, writeOpset, { domain: "", version: 17 });
  pbf.writeMessage(9, writeOpset, { domain: "local", version: 1 });
  pbf.writeStringField(10, "local");
  if (spec.overload) pbf.writeStringField(13, spec.overload);
}

function writeGraph(model: GraphSpec, pbf: PbfWriter): void {
  for (const spec of model.nodes) pbf.writeMessage(1, writeNode, spec);
  pbf.writeStringField(2, "graph");
  for (const tensor of model.tensors) pbf.writeMessage(5, writeTensor, tensor);
  for (const input of model.inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of model.outputs) pbf.writeMessage(12, writeValue, output);
}

function writeNode(spec: NodeSpec, pbf: PbfWriter): void {
  for (const name of spec.inputs) pbf.writeStringField(1, name);
  for (const name of spec.outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(4, spec.op);
  if (spec.domain) pbf.writeStringField(7, spec.domain);
  if (spec.overload) pbf.writeStringField(8, spec.overload);
  for (const [name, value] of Object.entries(spec.attributes ?? {}))
    pbf.writeMessage(5, writeAttribute, { name, value });
}

function writeAttribute({ name, value }: { name: string; value: AttributeSpec }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, 2);
  } else if (typeof value === "string") {
    pbf.writeBytesField(4, new TextEncoder().encode(value));
    pbf.writeVarintField(20, 3);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, 1);
  } else if ("tensor" in value) {
    pbf.writeMessage(5, writeTensor, value.tensor);
    pbf.writeVarintField(20, 4);
  } else if ("graph" in value) {
    pbf.writeMessage(6, writeGraph, value.graph);
    pbf.writeVarintField(20, 5);
  } else {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, 7);
  }
}

function writeTensor(tensor: TensorSpec, pbf: PbfWriter): void {
  for (const size of tensor.dims) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, TYPE_CODES[tensor.type]);
  pbf.writeStringField(8, tensor.name);
  if (tensor.external === undefined) {
    pbf.writeBytesField(9, tensorPayload(tensor));
    return;
  }
  for (const [key, value] of Object.entries(tensor.external)) {
    pbf.writeMessage(13, writeEntry, { key, value: String(value) });
  }
  pbf.writeVarintField(14, 1);
}

function writeEntry(entry: { key: string; value: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, entry.key);
  pbf.writeStringField(2, entry.value);
}

function writeValue(value: ValueSpec, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.name);
  pbf.writeMessage(2, writeType, value);
}

function writeType(value: ValueSpec, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, value);
}

function writeTensorType(value: ValueSpec, pbf: PbfWriter): void {
  pbf.writeVarintField(1, TYPE_CODES[value.type]);
  if (value.shape !== null) pbf.writeMessage(2, writeShape, value.shape);
}

function writeShape(shape: readonly (number | string)[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(1, writeDimension, size);
}

function writeDimension(size: number | string, pbf: PbfWriter): void {
  if (typeof size === "number") pbf.writeVarintField(1, size);
  else if (size !== "") pbf.writeStringField(2, size);
}
