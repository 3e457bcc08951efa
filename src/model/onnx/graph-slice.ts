import type { OnnxModel } from "./onnx-model.ts";
import { functionKey, type OnnxNode } from "./onnx-node.ts";
import type { OnnxTensor } from "./onnx-tensor.ts";

/** The part of a graph on which one output depends: one tower of a graph with both. */
export interface GraphSlice {
  /** Includes nodes of subgraphs and of the model's functions. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** Selects the nodes and weights that the output depends on; nodes are in the graph's order. */
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
    // A subgraph reads outer values by name, which are not listed as inputs of the node.
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

/** Returns nodes together with those of their subgraphs and called functions. */
export function flattenNodes(nodes: readonly OnnxNode[], model: OnnxModel): OnnxNode[] {
  return nodes.flatMap((node) => {
    const functionNodes = model.functions.get(functionKey(node)) ?? [];
    return [node, ...flattenNodes([...node.body, ...functionNodes], model)];
  });
}
