import { PbfReader } from "pbf";
import { InputError } from "../../foundation/errors.ts";
import { checkExpansion } from "./graph-expansion.ts";
import { readOnnxSkeleton, tooDeep } from "./onnx-skeleton.ts";
import { type OnnxTensor, readTensor, readValueInfo, type TensorInfo } from "./onnx-tensor.ts";

/** One operation. `body` holds the nodes of its subgraphs (If, Loop). */
export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  /** Which of several functions of one name it calls (IR version 10); absent where there is one. */
  readonly overload?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly floats: ReadonlyMap<string, number>;
  readonly integers: ReadonlyMap<string, number>;
  readonly strings: ReadonlyMap<string, string>;
  readonly tensor: OnnxTensor | null;
  readonly body: readonly OnnxNode[];
}

/** What a graph says of itself: everything in the ONNX file but the weights' values. */
export interface OnnxModel {
  readonly path: string;
  readonly irVersion: number;
  /** Exporter and its version, e.g. "pytorch 2.13.0"; empty where it is not said. */
  readonly producer: string;
  /** Operator sets: domain ("" is ONNX's own) → version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly nodes: readonly OnnxNode[];
  /** Every weight, those of subgraphs and of Constant nodes with external data included. */
  readonly tensors: readonly OnnxTensor[];
  /** Functions the model brings along: {@link functionKey} → nodes. */
  readonly functions: ReadonlyMap<string, readonly OnnxNode[]>;
  /** Whether it has bfloat16 values, which become float32 before it is run: inputs and outputs are then as they are in the run. */
  readonly widens?: boolean;
}

/** By what a call finds its function. */
export function functionKey(call: Pick<OnnxNode, "domain" | "op" | "overload">): string {
  return [call.domain, call.op, ...(call.overload ? [call.overload] : [])].join(":");
}

interface Draft {
  irVersion: number;
  producer: string;
  producerVersion: string;
  opsets: Map<string, number>;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  functions: Map<string, OnnxNode[]>;
  hasGraph: boolean;
  depth: number;
}

/** Graphs inside one another: 33 are what protobuf's limit leaves room for. */
const MOST_NESTED = 33;

/**
 * Reads what an ONNX file says of itself, without its weights. Field numbers: onnx/onnx.proto3.
 *
 * @throws InputError if the file cannot be read, is not ONNX, is truncated, or has functions or subgraphs without end
 */
export function readOnnxModel(path: string): OnnxModel {
  const draft: Draft = {
    irVersion: 0,
    producer: "",
    producerVersion: "",
    opsets: new Map(),
    inputs: [],
    outputs: [],
    nodes: [],
    tensors: [],
    functions: new Map(),
    hasGraph: false,
    depth: 0,
  };
  const skeleton = readOnnxSkeleton(path);
  try {
    new PbfReader(skeleton).readFields(readModelField, draft);
  } catch (cause) {
    if (cause === NESTED) throw tooDeep(path);
    throw new InputError(`${path}: not an ONNX file, or a damaged one; export or download it again`, { cause });
  }
  if (!draft.hasGraph || draft.opsets.size === 0) {
    throw new InputError(`${path}: not a whole ONNX file: it has no ${draft.hasGraph ? "operator set" : "graph"}`);
  }
  checkExpansion(draft, path);
  // Before IR version 4 every weight was also listed as an input; onnxruntime does not ask for those.
  const weights = new Set(draft.tensors.map((tensor) => tensor.name));
  return {
    path,
    irVersion: draft.irVersion,
    producer: `${draft.producer} ${draft.producerVersion}`.trim(),
    opsets: draft.opsets,
    inputs: draft.inputs.filter((input) => !weights.has(input.name)),
    outputs: draft.outputs,
    nodes: draft.nodes,
    tensors: draft.tensors,
    functions: draft.functions,
  };
}

function readModelField(tag: number, model: Draft, pbf: PbfReader): void {
  if (tag === 1) model.irVersion = pbf.readVarint();
  else if (tag === 2) model.producer = pbf.readString();
  else if (tag === 3) model.producerVersion = pbf.readString();
  else if (tag === 7) {
    model.hasGraph = true;
    pbf.readMessage(readGraphField, model);
  } else if (tag === 8) {
    const opset = pbf.readMessage(readOpsetField, { domain: "", version: 0 });
    model.opsets.set(opset.domain, opset.version);
  } else if (tag === 25) {
    const own = pbf.readMessage(readFunctionField, {
      op: "",
      domain: "",
      overload: "",
      nodes: [],
      tensors: model.tensors,
      depth: 0,
    });
    model.functions.set(functionKey(own), own.nodes);
  }
}

function readOpsetField(tag: number, opset: { domain: string; version: number }, pbf: PbfReader): void {
  if (tag === 1) opset.domain = pbf.readString();
  else if (tag === 2) opset.version = pbf.readVarint();
}

interface Scope {
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  /** Graphs around this one. */
  depth: number;
}

/** Thrown amid reading, where the path is not known. */
const NESTED = new Error("nested too deep");

function readFunctionField(
  tag: number,
  own: Scope & { op: string; domain: string; overload: string },
  pbf: PbfReader,
): void {
  if (tag === 1) own.op = pbf.readString();
  else if (tag === 7) own.nodes.push(readNode(pbf, own));
  else if (tag === 10) own.domain = pbf.readString();
  else if (tag === 13) own.overload = pbf.readString();
}

function readGraphField(tag: number, graph: Draft, pbf: PbfReader): void {
  if (tag === 11) graph.inputs.push(readValueInfo(pbf));
  else if (tag === 12) graph.outputs.push(readValueInfo(pbf));
  else readScopeField(tag, graph, pbf);
}

function readScopeField(tag: number, scope: Scope, pbf: PbfReader): void {
  if (tag === 1) scope.nodes.push(readNode(pbf, scope));
  else if (tag === 5) scope.tensors.push(readTensor(pbf));
}

function readNode(pbf: PbfReader, scope: Scope): OnnxNode {
  const node = {
    op: "",
    domain: "",
    overload: "",
    inputs: [] as string[],
    outputs: [] as string[],
    floats: new Map<string, number>(),
    integers: new Map<string, number>(),
    strings: new Map<string, string>(),
    tensor: null as OnnxTensor | null,
    body: [] as OnnxNode[],
  };
  pbf.readMessage((tag, _, field) => {
    if (tag === 1) node.inputs.push(field.readString());
    else if (tag === 2) node.outputs.push(field.readString());
    else if (tag === 4) node.op = field.readString();
    else if (tag === 7) node.domain = field.readString();
    else if (tag === 8) node.overload = field.readString();
    else if (tag === 5) {
      const attribute = readAttribute(field, {
        nodes: node.body,
        tensors: scope.tensors,
        depth: scope.depth + 1,
      });
      if (attribute.float !== null) node.floats.set(attribute.name, attribute.float);
      if (attribute.integer !== null) node.integers.set(attribute.name, attribute.integer);
      if (attribute.string !== null) node.strings.set(attribute.name, attribute.string);
      if (attribute.tensor !== null) {
        node.tensor = attribute.tensor;
        if (attribute.tensor.external !== null) scope.tensors.push(attribute.tensor);
      }
    }
  }, node);
  return node;
}

interface Attribute {
  name: string;
  float: number | null;
  integer: number | null;
  string: string | null;
  tensor: OnnxTensor | null;
}

function readAttribute(pbf: PbfReader, body: Scope): Attribute {
  if (body.depth > MOST_NESTED) throw NESTED;
  const attribute: Attribute = { name: "", float: null, integer: null, string: null, tensor: null };
  return pbf.readMessage((tag, result, field) => {
    if (tag === 1) result.name = field.readString();
    else if (tag === 2) result.float = field.readFloat();
    else if (tag === 3) result.integer = field.readVarint(true);
    else if (tag === 4) result.string = field.readString();
    else if (tag === 5) result.tensor = readTensor(field);
    else if (tag === 6 || tag === 11) field.readMessage(readScopeField, body);
  }, attribute);
}
