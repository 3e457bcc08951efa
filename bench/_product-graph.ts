import {
  type GraphBuilder,
  type GraphFile,
  graphBuilder,
  MICROSOFT,
} from "../src/model/architectures/graph-builder.ts";
import type { Block, Linear } from "../src/model/architectures/towers.ts";

/** What a transformer multiplies. */
export interface Products {
  readonly blocks: readonly Block[];
  /** of an item */
  readonly tokens: number;
  /** tokens of the last block that pooling needs */
  readonly pooledTokens: number;
  /** of the patches, as one product: rows per item and the matrix; null for none */
  readonly patches: { readonly rows: number; readonly weight: Linear["weight"] } | null;
}

/**
 * A graph of nothing but a transformer's matrix products, of the same shapes and with the same weights: how fast a graph of these
 * operators could be if all else were free. Each product takes what the one before it gave, so that none can be left out.
 *
 * `rows` (batch · tokens, width), `patches` (batch · patches, inputs), `queries` (batch · heads, tokens, head width), `keys` the same
 * transposed.
 */
export function productGraph({ blocks, tokens, pooledTokens, patches }: Products): GraphFile {
  const graph = graphBuilder();
  const { attention } = blocks[0] as Block;
  const width = attention.output.weight.shape[0] as number;
  const headWidth = width / attention.heads;
  let rows = graph.input({ name: "rows", type: "float32", shape: ["rows", width] });
  let queries = graph.input({ name: "queries", type: "float32", shape: ["items", tokens, headWidth] });
  const keys = graph.input({ name: "keys", type: "float32", shape: ["items", headWidth, tokens] });
  const outputs: string[] = [];
  if (patches !== null) {
    const { rows: count, weight } = patches;
    const inputs = weight.shape.slice(1).reduce((size, n) => size * n, 1);
    const pixels = graph.input({ name: "patches", type: "float32", shape: ["patches", inputs] });
    outputs.push(times(graph, pixels, graph.weight(weight, { shape: [weight.shape[0] as number, inputs] })));
    if (count === 0) throw new RangeError("expected patches");
  }
  const alpha = { float: 1 / Math.sqrt(headWidth * tokens) };
  blocks.forEach((block, i) => {
    const isPooled = i === blocks.length - 1 && pooledTokens < tokens;
    const { input, output } = block.attention;
    if (!("packed" in input)) throw new RangeError("expected packed queries, keys and values");
    const part = (n: number) => graph.weight(input.packed.weight, { rows: [n * width, (n + 1) * width] });
    if (isPooled) rows = firstRows(graph, rows, tokens); // keys and values of one query need no products over all tokens
    for (const n of isPooled ? [0] : [0, 1, 2]) rows = times(graph, rows, part(n));
    if (!isPooled) {
      const scores = graph.op("FusedMatMul", [queries, keys], { alpha }, MICROSOFT);
      queries = graph.op("MatMul", [scores, queries]);
    }
    for (const weight of [output.weight, block.mlp.input.weight, block.mlp.output.weight]) {
      rows = times(graph, rows, graph.weight(weight));
    }
  });
  return graph.finish(
    [rows, queries, ...outputs].map((value, i) => ({ name: `product_${i}`, type: "float32", shape: null, value })),
  );
}

function times(graph: GraphBuilder, x: string, matrix: string): string {
  return graph.op("FusedMatMul", [x, matrix], { transB: 1 }, MICROSOFT);
}

/** A `tokens`-th of the rows. */
function firstRows(graph: GraphBuilder, rows: string, tokens: number): string {
  const count = graph.op("Div", [graph.op("Shape", [rows], { start: 0, end: 1 }), graph.integers(tokens)]);
  return graph.op("Slice", [rows, graph.integers(0), count, graph.integers(0)]);
}
