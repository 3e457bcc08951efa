import { PbfWriter } from "pbf";
import { elementCode } from "./element-type.ts";
import { toFloat16 } from "./float16.ts";
import {
  type AttributeProto,
  AttributeProtoAttributeType,
  type Draft,
  type FunctionProto,
  type GraphProto,
  type NodeProto,
  type OperatorSetIdProto,
  type TensorProto,
  TensorProtoDataLocation,
  type TensorShapeProtoDimension,
  type ValueInfoProto,
  writeModelProto,
} from "./onnx-schema.ts";

/** The element types of written graphs, by onnxruntime's names. */
export type ElementType = "float32" | "float16" | "bfloat16" | "float64" | "int32" | "int64" | "uint8" | "bool";

/** A weight or constant of a graph to be written. */
export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  /** empty for a scalar */
  readonly dims: readonly number[];
  /** row-major: numbers, or the memory that holds them as the element type */
  readonly values: TensorValues;
  /** location of the values outside the ONNX file; without a length, the rest of the file */
  readonly external?: { readonly location: string; readonly offset: number; readonly length?: number };
}

export type TensorValues = readonly number[] | NodeJS.TypedArray;

/** An attribute of a node; a plain number is an integer. */
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
  /** ONNX's domain by default */
  readonly domain?: string;
  readonly overload?: string;
}

/** An input or output of a graph. */
export interface ValueSpec {
  readonly name: string;
  readonly type: ElementType;
  /** each axis: a size, or the name of a dynamic axis ("" if unnamed); null for an unknown shape */
  readonly shape: readonly (number | string)[] | null;
}

export interface GraphSpec {
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly tensors: readonly TensorSpec[];
}

/** A function that is part of a model. */
export interface FunctionSpec {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeSpec[];
  readonly overload?: string;
}

export interface ModelSpec extends GraphSpec {
  readonly producer: { readonly name: string; readonly version: string };
  /** domain ("" for ONNX's) → version */
  readonly opsets: Readonly<Record<string, number>>;
  readonly functions?: readonly FunctionSpec[];
}

/** IR version 8 supports functions and all other written features. */
const IR_VERSION = 8;

/** Encodes an ONNX file. */
export function encodeModel(spec: ModelSpec): Uint8Array {
  const writer = new PbfWriter();
  const opsetImport = Object.entries(spec.opsets).map(
    ([domain, version]): Draft<OperatorSetIdProto> => ({ domain, version }),
  );
  writeModelProto(
    {
      irVersion: IR_VERSION,
      opsetImport,
      producerName: spec.producer.name,
      producerVersion: spec.producer.version,
      graph: draftGraph(spec),
      functions: spec.functions?.map((functionSpec) => draftFunction(functionSpec, opsetImport)),
    },
    writer,
  );
  return writer.finish();
}

/** Encodes values for `raw_data` and external data: row-major, little-endian. */
export function encodeValues({ type, values }: Pick<TensorSpec, "type" | "values">): Uint8Array {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(values) ? values : numbersAs(type, values);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function numbersAs(type: ElementType, values: readonly number[]): NodeJS.TypedArray {
  switch (type) {
    case "float32":
      return Float32Array.from(values);
    case "float64":
      return Float64Array.from(values);
    case "float16":
      return toFloat16(Float32Array.from(values));
    case "bfloat16":
      throw new RangeError("bfloat16 values must be given as bytes, not as numbers");
    case "int32":
      return Int32Array.from(values);
    case "int64":
      return BigInt64Array.from(values, BigInt);
    default:
      return Uint8Array.from(values);
  }
}

function draftGraph({ nodes, tensors, inputs, outputs }: GraphSpec): Draft<GraphProto> {
  return {
    node: nodes.map(draftNode),
    name: "graph", // the field is required
    initializer: tensors.map(draftTensor),
    input: inputs.map(draftValue),
    output: outputs.map(draftValue),
  };
}

function draftFunction(
  { name, inputs, outputs, nodes, domain, overload }: FunctionSpec,
  opsetImport: readonly Draft<OperatorSetIdProto>[],
): Draft<FunctionProto> {
  return { name, input: inputs, output: outputs, node: nodes.map(draftNode), opsetImport, domain, overload };
}

function draftNode({ op, inputs, outputs, attributes = {}, domain, overload }: NodeSpec): Draft<NodeProto> {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...draftAttribute(value) }));
  return { input: inputs, output: outputs, opType: op, domain, overload, attribute };
}

function draftAttribute(value: AttributeSpec): Draft<AttributeProto> {
  const { INT, STRING, FLOAT, TENSOR, GRAPH, INTS } = AttributeProtoAttributeType;
  if (typeof value === "number") return { type: INT, i: value };
  if (typeof value === "string") return { type: STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { type: FLOAT, f: value.float };
  if ("tensor" in value) return { type: TENSOR, t: draftTensor(value.tensor) };
  if ("graph" in value) return { type: GRAPH, g: draftGraph(value.graph) };
  return { type: INTS, ints: value };
}

function draftTensor(spec: TensorSpec): Draft<TensorProto> {
  const metadata = { dims: spec.dims, dataType: elementCode(spec.type), name: spec.name };
  if (spec.external === undefined) return { ...metadata, rawData: encodeValues(spec) };
  return {
    ...metadata,
    externalData: Object.entries(spec.external).map(([key, value]) => ({ key, value: String(value) })),
    dataLocation: TensorProtoDataLocation.EXTERNAL,
  };
}

function draftValue({ name, type, shape }: ValueSpec): Draft<ValueInfoProto> {
  const dimensions = shape === null ? undefined : { dim: shape.map(draftDimension) };
  return { name, type: { tensorType: { elemType: elementCode(type), shape: dimensions } } };
}

function draftDimension(size: number | string): Draft<TensorShapeProtoDimension> {
  if (typeof size === "number") return { dimValue: size };
  return size === "" ? {} : { dimParam: size };
}
