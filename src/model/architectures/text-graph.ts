import { elementCode } from "../onnx/element-type.ts";
import type { Mask } from "./attention-graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { applyHead, layerNorm } from "./layer-graph.ts";
import type { TextTransformer } from "./towers.ts";
import { type PooledToken, transformerBlocks } from "./transformer-graph.ts";

/**
 * Adds a text transformer.
 *
 * @param ids (batch, tokens) int64, at most `contextLength` tokens
 * @returns (batch, d), not normalized
 */
export function textEmbeddings(graph: GraphBuilder, tower: TextTransformer, ids: string): string {
  const { pooling, causal } = tower;
  const tokens = embedTokens(graph, tower, ids);
  const length = graph.op("Shape", [tokens], { start: 1, end: 2 });
  const pooled = pooledToken(graph, tower, ids, length);
  const mask: Mask =
    pooling.kind === "appended"
      ? { kind: "additive", value: paddingMask(graph, ids, length, pooling.padId, causal) }
      : { kind: causal ? "causal" : "all" };
  // the norm applies per token, so its order with pooling does not matter
  const x = layerNorm(graph, transformerBlocks(graph, tokens, tower.blocks, mask, pooled), tower.postNorm);
  return applyHead(graph, x, tower.head);
}

/** Adds the embeddings of the tokens and of their positions. @returns (batch, tokens, width) */
function embedTokens(
  graph: GraphBuilder,
  { pooling, tokenEmbedding, positions }: TextTransformer,
  ids: string,
): string {
  let x = graph.gatherRows(tokenEmbedding, ids);
  if (pooling.kind === "appended") {
    const width = tokenEmbedding.shape[1] as number;
    const batch = graph.op("Shape", [ids], { start: 0, end: 1 });
    const shape = graph.op("Concat", [batch, graph.integers(1, 1)], { axis: 0 });
    const token = graph.op("Expand", [graph.weight(pooling.token, { shape: [1, 1, width] }), shape]);
    x = graph.op("Concat", [x, token], { axis: 1 });
  }
  const length = graph.op("Shape", [x], { start: 1, end: 2 });
  const places = graph.weight(positions, { shape: positions.shape.slice(-2) });
  return graph.op("Sum", [x, graph.op("Slice", [places, graph.integers(0), length, graph.integers(0)])]);
}

function pooledToken(
  graph: GraphBuilder,
  { pooling, causal }: TextTransformer,
  ids: string,
  length: string,
): PooledToken {
  const at = (index: number, mask: string | null) => ({
    take: (tokens: string) => graph.op("Gather", [tokens, graph.integer(index)], { axis: 1 }),
    mask,
  });
  switch (pooling.kind) {
    case "first":
      return at(0, causal ? upTo(graph, graph.integers(0), length) : null);
    case "last":
      return at(-1, null);
    case "appended":
      return at(-1, notPadding(graph, ids, pooling.padId));
    case "argmax":
      return atHighest(graph, ids, causal ? length : null);
    case "token": {
      const isToken = graph.op("Equal", [ids, graph.integer(pooling.id)]);
      return atHighest(graph, graph.op("Cast", [isToken], { to: elementCode("int32") }), causal ? length : null);
    }
  }
}

/**
 * The position of the first maximum.
 *
 * @param numbers (batch, tokens)
 * @param length length of the text if it attends to no later token, null if it attends to all
 */
function atHighest(graph: GraphBuilder, numbers: string, length: string | null): PooledToken {
  const place = graph.op("ArgMax", [numbers], { axis: 1, keepdims: 1 }); // (batch, 1)
  return {
    take: (tokens) => graph.op("GatherND", [tokens, place], { batch_dims: 1 }),
    mask: length === null ? null : upTo(graph, place, length),
  };
}

/** A mask of the keys up to a position, (batch, 1) or (1). @returns additive, (batch or 1, 1, keys) */
function upTo(graph: GraphBuilder, place: string, length: string): string {
  const isUpTo = graph.op("LessOrEqual", [
    places(graph, length),
    graph.op("Reshape", [place, graph.integers(-1, 1, 1)]),
  ]);
  return additive(graph, isUpTo);
}

/** The positions 0, 1, …, length − 1. @returns (length) int64 */
function places(graph: GraphBuilder, length: string): string {
  return graph.op("Range", [graph.integer(0), graph.op("Squeeze", [length]), graph.integer(1)]);
}

/** An additive mask: 0 for attended keys, -∞ for others. */
function additive(graph: GraphBuilder, attended: string): string {
  const numbers = [0, Number.NEGATIVE_INFINITY].map((number) => graph.constant(Float32Array.of(number), []));
  return graph.op("Where", [attended, ...numbers]);
}

/** The mask of CoCa's tokens: no padding and, with a causal mask, no later token. @returns additive, (batch, 1, queries, keys) */
function paddingMask(graph: GraphBuilder, ids: string, length: string, padId: number, causal: boolean): string {
  const keys = graph.op("Unsqueeze", [notPadding(graph, ids, padId), graph.integers(1)]); // (batch, 1, 1, keys)
  if (!causal) {
    const shape = graph.op("Concat", [graph.integers(1, 1), length, graph.integers(1)], { axis: 0 });
    return graph.op("Expand", [keys, shape]); // MultiHeadAttention does not broadcast queries
  }
  const keyPlaces = places(graph, length);
  const isUpTo = graph.op("LessOrEqual", [keyPlaces, graph.op("Unsqueeze", [keyPlaces, graph.integers(1)])]);
  return graph.op("Add", [keys, additive(graph, isUpTo)]);
}

/**
 * The mask of keys that are not padding, including the appended token, shifted by one position as in the training of CoCa's
 * weights: the first key is always attended to, the appended one only if the last id is not padding.
 *
 * @returns additive, (batch, 1, keys)
 */
function notPadding(graph: GraphBuilder, ids: string, padId: number): string {
  const isPadding = graph.op("Cast", [graph.op("Equal", [ids, graph.integer(padId)])], { to: elementCode("int64") });
  const shifted = graph.op("Pad", [isPadding, graph.integers(0, 1, 0, 0)]); // (batch, keys)
  const isText = graph.op("Equal", [shifted, graph.integer(0)]);
  return additive(graph, graph.op("Unsqueeze", [isText, graph.integers(1)]));
}
