import type { OnnxModel } from "./onnx-model.ts";
import { functionKey, type OnnxNode } from "./onnx-node.ts";
import type { OnnxTensor } from "./onnx-tensor.ts";

/** The part of a graph that one output depends on: one tower of a graph that holds both. */
export interface GraphSlice {
  /** Nodes of subgraphs and of the model's own functions included. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** The nodes and weights on the way to the given output; nodes in the graph's order. */
export function sliceGraph(model: OnnxModel, output: string): GraphSlice {
  const producers = new Map<string, OnnxNode>();
  for (const node of model.nodes) for (const name of node.outputs) producers.set(name, node);
  const needed = new Set<OnnxNode>();
  const names = new Set<string>([output]);
  const queue = [output];
  while (queue.length > 0) {
    const node = producers.get(queue.pop() as string);
    if (node === undefined || needed.has(node)) continue;
    needed.add(node);
    // A subgraph reads outer values by name, without listing them as the node's inputs.
    for (const name of [node, ...flattenNodes(node.body, model)].flatMap((part) => part.inputs)) {
      names.add(name);
      queue.push(name);
    }
  }
  const nodes = flattenNodes(
    model.nodes.filter((node) => needed.has(node)),
    model,
  );
  const inside = new Set(nodes.flatMap((node) => node.inputs));
  return { nodes, tensors: model.tensors.filter((tensor) => names.has(tensor.name) || inside.has(tensor.name)) };
}

/** Nodes with those of their subgraphs and of the functions that they call. */
export function flattenNodes(nodes: readonly OnnxNode[], model: OnnxModel): OnnxNode[] {
  return nodes.flatMap((node) => {
    const functionNodes = model.functions.get(functionKey(node)) ?? [];
    return [node, ...flattenNodes([...node.body, ...functionNodes], model)];
  });
}
