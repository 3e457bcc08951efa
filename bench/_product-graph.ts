import {
  type GraphBuilder,
  type GraphFile,
  graphBuilder,
  MICROSOFT,
} from "../src/model/architectures/graph-builder.ts";
import type { Block } from "../src/model/architectures/towers.ts";
import type { StoredTensor } from "../src/model/weights/weights.ts";

/** Matrix products of a transformer that pools one token. */
export interface Products {
  readonly blocks: readonly Block[];
  /** per item */
  readonly tokens: number;
  /** of the patch convolution, null for none */
  readonly patch: StoredTensor | null;
}

/**
 * A graph of only the matrix products of a transformer, with the same shapes and weights: an upper bound of the speed of a graph
 * of these operators. Each product uses the result of the previous one, so that none can be eliminated.
 *
 * Inputs: `rows` (batch · tokens, width), `patches` (batch · patches, pixels), `queries` (batch · heads, tokens, head width) and `keys`
 * (batch · heads, head width, tokens).
 */
export function productGraph({ blocks, tokens, patch }: Products): GraphFile {
  const graph = graphBuilder();
  const { attention } = blocks[0] as Block;
  const width = attention.output.weight.shape[0] as number;
  const headWidth = width / attention.heads;
  const alpha = { float: 1 / Math.sqrt(headWidth * tokens) };
  let rows = graph.input({ name: "rows", type: "float32", shape: ["rows", width] });
  let queries = graph.input({ name: "queries", type: "float32", shape: ["items", tokens, headWidth] });
  const keys = graph.input({ name: "keys", type: "float32", shape: ["items", headWidth, tokens] });
  blocks.forEach(({ attention: { input, output }, mlp }, i) => {
    if (!("packed" in input)) throw new RangeError("expected packed queries, keys and values");
    const isLast = i === blocks.length - 1; // of one token: no keys and values
    if (isLast) rows = firstRows(graph, rows, tokens);
    for (const part of isLast ? [0] : [0, 1, 2]) {
      rows = times(graph, rows, graph.weight(input.packed.weight, { rows: [part * width, (part + 1) * width] }));
    }
    if (!isLast)
      queries = graph.op("MatMul", [graph.op("FusedMatMul", [queries, keys], { alpha }, MICROSOFT), queries]);
    for (const { weight } of [output, mlp.input, mlp.output]) rows = times(graph, rows, graph.weight(weight));
  });
  const outputs = [rows, queries, ...(patch === null ? [] : [patchProduct(graph, patch)])];
  return graph.finish(outputs.map((value, i) => ({ name: `product_${i}`, type: "float32", shape: null, value })));
}

/** Number of values in a patch. */
export function patchSize({ shape }: StoredTensor): number {
  return shape.slice(1).reduce((size, n) => size * n, 1);
}

function patchProduct(graph: GraphBuilder, weight: StoredTensor): string {
  const pixels = graph.input({ name: "patches", type: "float32", shape: ["patches", patchSize(weight)] });
  return times(graph, pixels, graph.weight(weight, { shape: [weight.shape[0] as number, patchSize(weight)] }));
}

function times(graph: GraphBuilder, x: string, matrix: string): string {
  return graph.op("FusedMatMul", [x, matrix], { transB: 1 }, MICROSOFT);
}

/** The first of every `tokens` rows, one per item. */
function firstRows(graph: GraphBuilder, rows: string, tokens: number): string {
  const count = graph.op("Div", [graph.op("Shape", [rows], { start: 0, end: 1 }), graph.integers(tokens)]);
  return graph.op("Slice", [rows, graph.integers(0), count, graph.integers(0)]);
}
