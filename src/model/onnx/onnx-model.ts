import { PbfReader } from "pbf";
import { InputError } from "../../foundation/errors.ts";
import { findFault } from "./check-structure.ts";
import { checkExpansion } from "./graph-expansion.ts";
import { describeGraph, describeNodes, functionKey, type OnnxNode } from "./onnx-node.ts";
import { type ModelProto, readModelProto } from "./onnx-schema.ts";
import { notOnnx, readOnnxSkeleton, tooDeep, tooLarge } from "./onnx-skeleton.ts";
import { describeValue, type OnnxTensor, type TensorInfo } from "./onnx-tensor.ts";

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

/**
 * Reads what an ONNX file says of itself, without its weights.
 *
 * @throws InputError if the file cannot be read, is not ONNX, is truncated, or has functions or subgraphs without end
 */
export function readOnnxModel(path: string): OnnxModel {
  const message = readMessage(path);
  const { graph, opsetImport } = message;
  if (graph === undefined || opsetImport.length === 0) {
    throw new InputError(`${path}: not a whole ONNX file: it has no ${graph === undefined ? "graph" : "operator set"}`);
  }
  const tensors: OnnxTensor[] = [];
  const functions = new Map<string, readonly OnnxNode[]>();
  for (const { domain, name: op, overload, node } of message.functions) {
    functions.set(functionKey({ domain, op, overload }), describeNodes(node, tensors));
  }
  const nodes = describeGraph(graph, tensors);
  checkExpansion({ nodes, functions }, path);
  // Before IR version 4 every weight was also listed as an input; onnxruntime does not ask for those.
  const weights = new Set(tensors.map((tensor) => tensor.name));
  return {
    path,
    irVersion: message.irVersion,
    producer: `${message.producerName} ${message.producerVersion}`.trim(),
    opsets: new Map(opsetImport.map(({ domain, version }) => [domain, version])),
    inputs: graph.input.map(describeValue).filter((input) => !weights.has(input.name)),
    outputs: graph.output.map(describeValue),
    nodes,
    tensors,
    functions,
  };
}

function readMessage(path: string): ModelProto {
  const skeleton = readOnnxSkeleton(path);
  const fault = findFault(skeleton, "ModelProto");
  if (fault === "too deep") throw tooDeep(path);
  if (fault === "too large") throw tooLarge(path);
  if (fault === "damaged") throw notOnnx(path);
  try {
    return readModelProto(new PbfReader(skeleton));
  } catch (cause) {
    throw notOnnx(path, { cause });
  }
}
