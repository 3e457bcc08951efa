import type { StoredTensor } from "../weights/weights.ts";
import { type Mask, queryAttention, selfAttention } from "./attention-graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { hiddenUnits, layerNorm, timesTransposed } from "./layer-graph.ts";
import type { Block, Linear } from "./towers.ts";

/** The token of each item that pooling selects. */
export interface PooledToken {
  /** (batch, tokens, width) → (batch, width) */
  take(tokens: string): string;
  /** additive mask of the tokens that it attends to, broadcast to (batch, heads, tokens); null for all */
  readonly mask: string | null;
}

/**
 * Adds pre-norm transformer blocks. If pooling selects one token, the last block computes only that token.
 *
 * @param tokens (batch, tokens, width)
 * @param pooled the token that pooling selects, null if it needs all
 * @returns (batch, width), or (batch, tokens, width) if pooling needs all
 */
export function transformerBlocks(
  graph: GraphBuilder,
  tokens: string,
  blocks: readonly Block[],
  mask: Mask,
  pooled: PooledToken | null,
): string {
  const before = pooled === null ? blocks : blocks.slice(0, -1);
  const x = before.reduce((y, block) => wholeBlock(graph, y, block, mask), tokens);
  if (pooled === null) return x;
  const last = blocks.at(-1);
  return last === undefined ? pooled.take(x) : pooledBlock(graph, x, last, pooled);
}

function wholeBlock(graph: GraphBuilder, x: string, { attention, ...block }: Block, mask: Mask): string {
  const attended = selfAttention(graph, layerNorm(graph, x, block.attentionNorm), attention, mask);
  return mlpResidual(graph, addLinear(graph, x, attended, attention.output, block.attentionScale), block);
}

function pooledBlock(
  graph: GraphBuilder,
  x: string,
  { attention, ...block }: Block,
  { take, mask }: PooledToken,
): string {
  const normed = layerNorm(graph, x, block.attentionNorm);
  const attended = queryAttention(graph, take(normed), normed, attention, mask);
  return mlpResidual(graph, addLinear(graph, take(x), attended, attention.output, block.attentionScale), block);
}

function mlpResidual(graph: GraphBuilder, x: string, block: Pick<Block, "mlpNorm" | "mlp" | "mlpScale">): string {
  const hidden = hiddenUnits(graph, layerNorm(graph, x, block.mlpNorm), block.mlp);
  return addLinear(graph, x, hidden, block.mlp.output, block.mlpScale);
}

/**
 * x + scale · (y · weightᵀ + bias). Uses Sum, because onnxruntime fuses an Add before a layer norm to SkipLayerNormalization,
 * which is slower, and whose sums of squares lose three digits if the mean is ten times the deviation.
 */
export function addLinear(
  graph: GraphBuilder,
  x: string,
  y: string,
  { weight, bias }: Linear,
  scale: StoredTensor | null = null,
): string {
  const product = timesTransposed(graph, y, graph.weight(weight));
  const terms = bias === null ? [product] : [product, graph.weight(bias)];
  if (scale === null) return graph.op("Sum", [...terms, x]);
  const scaled = graph.op("Mul", [bias === null ? product : graph.op("Add", terms), graph.weight(scale)]);
  return graph.op("Sum", [scaled, x]);
}
