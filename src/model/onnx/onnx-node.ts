import type { AttributeProto, GraphProto, NodeProto } from "./onnx-schema.ts";
import { describeTensor, type OnnxTensor } from "./onnx-tensor.ts";

/** One operation. `body` contains the nodes of its subgraphs (If, Loop). */
export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  /** Distinguishes several functions of one name (IR version 10); empty otherwise. */
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly floats: ReadonlyMap<string, number>;
  readonly integers: ReadonlyMap<string, number>;
  readonly strings: ReadonlyMap<string, string>;
  readonly tensor: OnnxTensor | null;
  readonly body: readonly OnnxNode[];
}

/** The key by which a call finds its function. */
export function functionKey({ domain, op, overload }: Pick<OnnxNode, "domain" | "op" | "overload">): string {
  return [domain, op, ...(overload === "" ? [] : [overload])].join(":");
}

const text = new TextDecoder();

/**
 * Describes an operation and those of its subgraphs.
 *
 * @param tensors receives the weights of its subgraphs, and its value if that is external data
 */
export function describeNode(
  { opType, domain, overload, input, output, attribute }: NodeProto,
  tensors: OnnxTensor[],
): OnnxNode {
  const floats = new Map<string, number>();
  const integers = new Map<string, number>();
  const strings = new Map<string, string>();
  let tensor: OnnxTensor | null = null;
  for (const { name, value, f, i, s, t } of attribute) {
    if (value === "f") floats.set(name, f);
    else if (value === "i") integers.set(name, i);
    else if (value === "s") strings.set(name, text.decode(s));
    else if (t !== undefined) {
      tensor = describeTensor(t);
      if (tensor.external !== null) tensors.push(tensor);
    }
  }
  const body = attribute.flatMap(subgraphs).flatMap((graph) => describeGraph(graph, tensors));
  return { op: opType, domain, overload, inputs: input, outputs: output, floats, integers, strings, tensor, body };
}

function describeGraph(graph: GraphProto, tensors: OnnxTensor[]): OnnxNode[] {
  const nodes = graph.node.map((node) => describeNode(node, tensors));
  for (const tensor of graph.initializer) tensors.push(describeTensor(tensor));
  return nodes;
}

function subgraphs({ g, graphs }: AttributeProto): readonly GraphProto[] {
  return g === undefined ? graphs : [g, ...graphs];
}
