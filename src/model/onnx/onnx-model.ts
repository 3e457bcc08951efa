import { PbfReader } from "pbf";
import { InputError } from "../../foundation/errors.ts";
import { findFault } from "./check-structure.ts";
import { checkExpansion } from "./graph-expansion.ts";
import { describeNode, functionKey, type OnnxNode } from "./onnx-node.ts";
import {
  FIELD,
  type ModelProto,
  readModelProto,
  readNodeProto,
  readTensorProto,
  readValueInfoProto,
} from "./onnx-schema.ts";
import { notOnnx, readOnnxSkeleton, tooDeep, tooLarge } from "./onnx-skeleton.ts";
import { describeTensor, describeValue, type OnnxTensor, type TensorInfo } from "./onnx-tensor.ts";
import { fieldsOf, joinPieces } from "./wire.ts";

/** What a graph says of itself: everything in the ONNX file but the weights' values. */
export interface OnnxModel {
  readonly path: string;
  readonly irVersion: number;
  /** Exporter and its version, e.g. "pytorch 2.13.0"; empty where it is not said. */
  readonly producer: string;
  /** What the file says of itself in its own words: its metadata properties. */
  readonly metadata: ReadonlyMap<string, string>;
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

/**
 * Reads what an ONNX file says of itself, without its weights.
 *
 * @throws InputError if the file cannot be read, is not ONNX, is truncated, or has functions or subgraphs without end
 */
export function readOnnxModel(path: string): OnnxModel {
  return parseOnnxModel(readOnnxSkeleton(path), path);
}

/**
 * The same of a graph in memory.
 *
 * @param bytes an ONNX file, with its weights or without
 * @param path  what messages call it
 */
export function parseOnnxModel(bytes: Uint8Array, path: string): OnnxModel {
  const { message, graph } = readMessage(bytes, path);
  const { opsetImport } = message;
  if (graph === null || opsetImport.length === 0) {
    throw new InputError(`${path}: not a whole ONNX file: it has no ${graph === null ? "graph" : "operator set"}`);
  }
  const { inputs, outputs, nodes, tensors } = graph;
  const functions = new Map<string, readonly OnnxNode[]>();
  for (const { domain, name: op, overload, node } of message.functions) {
    functions.set(
      functionKey({ domain, op, overload }),
      node.map((nodeProto) => describeNode(nodeProto, tensors)),
    );
  }
  checkExpansion({ nodes, functions }, path);
  // Before IR version 4 every weight was also listed as an input; onnxruntime does not ask for those.
  const weights = new Set(tensors.map((tensor) => tensor.name));
  return {
    path,
    irVersion: message.irVersion,
    producer: `${message.producerName} ${message.producerVersion}`.trim(),
    metadata: new Map(message.metadataProps.map(({ key, value }) => [key, value])),
    opsets: new Map(opsetImport.map(({ domain, version }) => [domain, version])),
    inputs: inputs.filter((input) => !weights.has(input.name)),
    outputs,
    nodes,
    tensors,
    functions,
  };
}

interface Graph {
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
  readonly nodes: OnnxNode[];
  readonly tensors: OnnxTensor[];
}

/**  what the file says, and its graph apart */
function readMessage(bytes: Uint8Array, path: string): { readonly message: ModelProto; readonly graph: Graph | null } {
  const fault = findFault(bytes, "ModelProto");
  if (fault === "too deep") throw tooDeep(path);
  if (fault === "too large") throw tooLarge(path);
  if (fault === "damaged") throw notOnnx(path);
  const fields = [...fieldsOf(bytes)];
  const graph = fields.find(({ number }) => number === FIELD.ModelProto.graph);
  const otherFields = fields.filter((field) => field !== graph).map(({ raw }) => raw);
  try {
    return {
      message: readModelProto(new PbfReader(joinPieces(otherFields))),
      graph: graph === undefined ? null : readGraph(graph.body),
    };
  } catch (cause) {
    throw notOnnx(path, { cause });
  }
}

/** Reads a graph piece by piece: all messages of a large one at once would keep the garbage collector busy. */
function readGraph(bytes: Uint8Array): Graph {
  const { node, initializer, input, output } = FIELD.GraphProto;
  const graph: Graph = { inputs: [], outputs: [], nodes: [], tensors: [] };
  for (const { number, body } of fieldsOf(bytes)) {
    if (number === node) graph.nodes.push(describeNode(readNodeProto(new PbfReader(body)), graph.tensors));
    else if (number === initializer) graph.tensors.push(describeTensor(readTensorProto(new PbfReader(body))));
    else if (number === input) graph.inputs.push(describeValue(readValueInfoProto(new PbfReader(body))));
    else if (number === output) graph.outputs.push(describeValue(readValueInfoProto(new PbfReader(body))));
  }
  return graph;
}
