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

/** A graph without the values of its weights: everything else in the ONNX file. */
export interface OnnxModel {
  readonly path: string;
  readonly irVersion: number;
  /** Exporter and its version, e.g. "pytorch 2.13.0"; empty if unknown. */
  readonly producer: string;
  /** The metadata properties of the file. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Operator sets: domain ("" for ONNX's) → version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly nodes: readonly OnnxNode[];
  /** Every weight, including those of subgraphs and of Constant nodes with external data. */
  readonly tensors: readonly OnnxTensor[];
  /** Functions of the model: {@link functionKey} → nodes. */
  readonly functions: ReadonlyMap<string, readonly OnnxNode[]>;
  /**
   * Whether it has bfloat16 values, which are converted to float32 before it runs: inputs and outputs then have the converted
   * types.
   */
  readonly widens?: boolean;
}

/**
 * Reads an ONNX file without its weights.
 *
 * @throws InputError if the file cannot be read, is not ONNX, is truncated, or has recursive or too deeply nested functions or
 *   subgraphs
 */
export function readOnnxModel(path: string): OnnxModel {
  return parseOnnxModel(readOnnxSkeleton(path), path);
}

/**
 * Parses a graph in memory.
 *
 * @param bytes an ONNX file, with or without its weights
 * @param path  its name in messages
 */
export function parseOnnxModel(bytes: Uint8Array, path: string): OnnxModel {
  const { message, graph } = readMessage(bytes, path);
  const { opsetImport } = message;
  if (graph === null || opsetImport.length === 0) {
    throw new InputError(`${path}: not a complete ONNX file: it has no ${graph === null ? "graph" : "operator set"}`);
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
  // Before IR version 4 every weight was also listed as an input; onnxruntime does not require these.
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

/**  the message without its graph, and the graph */
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

/** Reads a graph piece by piece, because reading all messages of a large graph at once would burden the garbage collector. */
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
