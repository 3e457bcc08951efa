import { InputError } from "../../foundation/errors.ts";
import { functionKey, type OnnxNode } from "./onnx-node.ts";

/** Maximum number of nodes, including those of subgraphs and called functions: a graph of 40 layers has about 20,000. */
const MAX_NODES = 200_000;
/** Maximum nesting depth of subgraphs and calls. */
const MAX_DEPTH = 100;

interface Expansion {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Refuses a graph whose functions are recursive or expand to too many nodes: onnxruntime inlines functions, and 27 functions that
 * each call the next twice expand to 134 million nodes. The expansion of each function is computed once.
 *
 * @throws InputError with the recursive function or the exceeded limit
 */
export function checkExpansion(
  model: { readonly nodes: readonly OnnxNode[]; readonly functions: ReadonlyMap<string, readonly OnnxNode[]> },
  path: string,
): void {
  const known = new Map<string, Expansion>();
  const open = new Set<string>();
  const refuse = (problem: string) => new InputError(`${path}: ${problem}; no exporter writes such a graph`);

  function ofFunction(name: string, level: number): Expansion {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (open.has(name)) throw refuse(`its function ${name.replace(/^:/, "")} calls itself`);
    open.add(name);
    const expansion = ofNodes(model.functions.get(name) ?? [], level);
    open.delete(name);
    known.set(name, expansion);
    return expansion;
  }

  function ofNodes(nodes: readonly OnnxNode[], level: number): Expansion {
    const tooDeep = () => refuse(`its functions and subgraphs are nested more than ${MAX_DEPTH} deep`);
    if (level > MAX_DEPTH) throw tooDeep();
    let count = 0;
    let depth = 0;
    for (const node of nodes) {
      const name = functionKey(node);
      const parts = node.body.length > 0 ? [ofNodes(node.body, level + 1)] : [];
      if (model.functions.has(name)) parts.push(ofFunction(name, level + 1));
      count++;
      for (const part of parts) {
        count += part.nodes;
        depth = Math.max(depth, part.depth + 1);
      }
      if (count > MAX_NODES) throw refuse(`with its functions inlined it has more than ${MAX_NODES} nodes`);
      if (level + depth > MAX_DEPTH) throw tooDeep();
    }
    return { nodes: count, depth };
  }

  ofNodes(model.nodes, 0);
  for (const name of model.functions.keys()) ofFunction(name, 0);
}
