import type { StoredTensor } from "../weights/weights.ts";
import { type GraphBuilder, MICROSOFT } from "./graph-builder.ts";
import type { Attention, Block, LayerNorm, Linear, Mlp, MlpActivation, ProbeAttention, Projection } from "./towers.ts";

/** Which keys a query attends to: all of them; those up to its place; or what an additive mask leaves, broadcast to (batch, heads, queries, keys). */
export type Mask =
  | { readonly kind: "all" }
  | { readonly kind: "causal" }
  | { readonly kind: "additive"; readonly value: string };

/** The token of each item that pooling takes. */
export interface PooledToken {
  /** (batch, tokens, width) → (batch, 1, width) */
  take(graph: GraphBuilder, tokens: string): string;
  /** what it attends to */
  readonly mask: Mask;
}

/**
 * Pre-norm transformer blocks. The last computes only what pooling needs.
 *
 * @param tokens (batch, tokens, width)
 * @param pooled the token that pooling takes, null where it needs all
 * @returns (batch, 1, width), or (batch, tokens, width) where pooling needs all
 */
export function transformerBlocks(
  graph: GraphBuilder,
  tokens: string,
  blocks: readonly Block[],
  mask: Mask,
  pooled: PooledToken | null,
): string {
  let x = tokens;
  blocks.forEach((block, i) => {
    x = transformerBlock(graph, x, block, mask, i === blocks.length - 1 ? pooled : null);
  });
  return blocks.length === 0 && pooled !== null ? pooled.take(graph, x) : x;
}

function transformerBlock(
  graph: GraphBuilder,
  x: string,
  block: Block,
  mask: Mask,
  pooled: PooledToken | null,
): string {
  const normed = layerNorm(graph, x, block.attentionNorm);
  const queries = pooled === null ? normed : pooled.take(graph, normed);
  const kept = pooled === null ? x : pooled.take(graph, x);
  const attended = attention(graph, { queries, keys: normed }, block.attention, pooled?.mask ?? mask);
  const middle = graph.op("Add", [kept, scaled(graph, attended, block.attentionScale)]);
  const changed = mlp(graph, layerNorm(graph, middle, block.mlpNorm), block.mlp);
  return graph.op("Add", [middle, scaled(graph, changed, block.mlpScale)]);
}

function scaled(graph: GraphBuilder, x: string, scale: StoredTensor | null): string {
  return scale === null ? x : graph.op("Mul", [x, graph.weight(scale)]);
}

export function layerNorm(graph: GraphBuilder, x: string, { weight, bias, epsilon }: LayerNorm): string {
  return graph.op("LayerNormalization", [x, graph.weight(weight), graph.weight(bias)], { epsilon: { float: epsilon } });
}

/** x · weightᵀ (+ bias) over the last axis. */
export function linear(graph: GraphBuilder, x: string, { weight, bias }: Linear): string {
  const y = timesTransposed(graph, x, graph.weight(weight));
  return bias === null ? y : graph.op("Add", [y, graph.weight(bias)]);
}

function timesTransposed(graph: GraphBuilder, x: string, matrix: string): string {
  return graph.op("FusedMatMul", [x, matrix], { transB: 1 }, MICROSOFT);
}

/** Linear layers and projections in a row, over the last axis. */
export function applyHead(graph: GraphBuilder, x: string, layers: readonly (Linear | Projection)[]): string {
  return layers.reduce(
    (value, layer) =>
      "matrix" in layer ? graph.op("MatMul", [value, graph.weight(layer.matrix)]) : linear(graph, value, layer),
    x,
  );
}

export function mlp(graph: GraphBuilder, x: string, { activation, input, output }: Mlp): string {
  return linear(graph, activate(graph, linear(graph, x, input), activation), output);
}

function activate(graph: GraphBuilder, x: string, activation: MlpActivation): string {
  switch (activation) {
    case "gelu":
      return graph.op("Gelu", [x], {}, MICROSOFT);
    case "gelu_tanh":
      return graph.op("FastGelu", [x], {}, MICROSOFT);
    case "quick_gelu":
      return graph.op("QuickGelu", [x], { alpha: { float: 1.702 } }, MICROSOFT);
  }
}

/**
 * Multi-head attention of queries (batch, n, width) over keys, which are the values too, (batch, m, width).
 *
 * @returns (batch, n, width)
 */
function attention(
  graph: GraphBuilder,
  { queries, keys }: { readonly queries: string; readonly keys: string },
  { heads, input, output }: Attention,
  mask: Mask,
): string {
  if (!("packed" in input)) {
    const { query, key, value } = input;
    const given = [linear(graph, queries, query), linear(graph, keys, key), linear(graph, keys, value)];
    return linear(graph, attend(graph, given, heads, mask), output);
  }
  const { weight, bias } = input.packed;
  const width = (weight.shape[0] as number) / 3;
  const given = [queries, keys, keys].map((x, i) =>
    timesTransposed(graph, x, graph.weight(weight, { rows: [i * width, (i + 1) * width] })),
  );
  const attended = attend(graph, [...given, ...(bias === null ? [] : [graph.weight(bias)])], heads, mask);
  return linear(graph, attended, output);
}

/** @param given queries, keys and values (batch, n or m, width), and a bias (3 · width) that is still to be added to them */
function attend(graph: GraphBuilder, given: readonly string[], heads: number, mask: Mask): string {
  const masked = mask.kind === "additive" ? [...given, ...Array<string>(5 - given.length).fill(""), mask.value] : given;
  const causal = mask.kind === "causal" ? { unidirectional: 1 } : {};
  return graph.op("MultiHeadAttention", masked, { num_heads: heads, ...causal }, MICROSOFT);
}

/** Attention of a learned vector (width) over tokens (batch, n, width). @returns (batch, 1, width) */
export function probeAttention(
  graph: GraphBuilder,
  probe: StoredTensor,
  tokens: string,
  { heads, query, key, value, output }: ProbeAttention,
): string {
  const width = query.weight.shape[1] as number;
  const asked = linear(graph, graph.weight(probe, { shape: [1, 1, width] }), query); // folded when the graph is loaded
  const given = [expandBatch(graph, asked, tokens), linear(graph, tokens, key), linear(graph, tokens, value)];
  return linear(graph, attend(graph, given, heads, { kind: "all" }), output);
}

/** Repeats (1, n, width) for each item of a batch. @param like a value whose first axis is the batch */
export function expandBatch(graph: GraphBuilder, x: string, like: string): string {
  const batch = graph.op("Shape", [like], { start: 0, end: 1 });
  return graph.op("Expand", [x, graph.op("Concat", [batch, graph.integers(1, 1)], { axis: 0 })]);
}
