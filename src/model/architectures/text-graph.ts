import { elementCode } from "../onnx/element-type.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import type { TextPooling, TextTransformer } from "./towers.ts";
import {
  applyHead,
  expandBatch,
  layerNorm,
  type Mask,
  type PooledToken,
  transformerBlocks,
} from "./transformer-graph.ts";

/**
 * A text transformer.
 *
 * @param ids (batch, tokens) int64, at most `contextLength` tokens
 * @returns (batch, d), not normalized
 */
export function textEmbeddings(graph: GraphBuilder, tower: TextTransformer, ids: string): string {
  const { pooling, causal } = tower;
  const appended = pooling.kind === "appended";
  const tokens = embedTokens(graph, tower, ids);
  const length = graph.op("Shape", [tokens], { start: 1, end: 2 });
  const mask: Mask = appended
    ? paddingMask(graph, ids, length, pooling, causal)
    : causal
      ? { kind: "causal" }
      : { kind: "all" };
  let x = transformerBlocks(graph, tokens, tower.blocks, mask, pooledToken(graph, pooling, ids, length, mask));
  x = graph.op("Squeeze", [x, graph.integers(1)]); // a norm of the pooled token alone is the same before and after pooling
  x = layerNorm(graph, x, tower.postNorm);
  return applyHead(graph, x, tower.head);
}

/** Embeddings of the tokens and of their positions. @returns (batch, tokens, width) */
function embedTokens(
  graph: GraphBuilder,
  { pooling, tokenEmbedding, positions }: TextTransformer,
  ids: string,
): string {
  let x = graph.gatherRows(tokenEmbedding, ids);
  if (pooling.kind === "appended") {
    const width = tokenEmbedding.shape[1] as number;
    const token = expandBatch(graph, graph.weight(pooling.token, { shape: [1, 1, width] }), ids);
    x = graph.op("Concat", [x, token], { axis: 1 });
  }
  const length = graph.op("Shape", [x], { start: 1, end: 2 });
  const places = graph.weight(positions, { shape: positions.shape.slice(-2) });
  return graph.op("Add", [x, graph.op("Slice", [places, graph.integers(0), length, graph.integers(0)])]);
}

function pooledToken(graph: GraphBuilder, pooling: TextPooling, ids: string, length: string, mask: Mask): PooledToken {
  switch (pooling.kind) {
    case "first":
      return tokenAt(graph, graph.integers(0), length, mask);
    case "last":
    case "appended":
      return lastToken(graph, mask);
    case "argmax":
      return tokenAt(graph, graph.op("ArgMax", [ids], { axis: 1, keepdims: 1 }), length, mask);
    case "token": {
      const isToken = graph.op("Equal", [ids, graph.constant(BigInt64Array.of(BigInt(pooling.id)), [])]);
      const flags = graph.op("Cast", [isToken], { to: elementCode("int32") });
      return tokenAt(graph, graph.op("ArgMax", [flags], { axis: 1, keepdims: 1 }), length, mask);
    }
  }
}

/** The last token attends to all keys but those that a mask leaves out. */
function lastToken(graph: GraphBuilder, mask: Mask): PooledToken {
  const last = (value: string, axis: number) =>
    graph.op("Slice", [value, graph.integers(-1), graph.integers(2 ** 31), graph.integers(axis)]);
  return {
    take: (_, tokens) => last(tokens, 1),
    mask: mask.kind === "additive" ? { kind: "additive", value: last(mask.value, 2) } : { kind: "all" },
  };
}

/** @param place (batch, 1) or (1) int64: index of the token that pooling takes */
function tokenAt(graph: GraphBuilder, place: string, length: string, mask: Mask): PooledToken {
  const isSame = place === graph.integers(0);
  const indices = isSame ? "" : graph.op("Unsqueeze", [place, graph.integers(1)]); // (batch, 1, 1)
  return {
    take: (_, tokens) =>
      isSame
        ? graph.op("Slice", [tokens, graph.integers(0), graph.integers(1), graph.integers(1)])
        : graph.op("GatherND", [tokens, indices], { batch_dims: 1 }),
    mask: mask.kind === "causal" ? { kind: "additive", value: upTo(graph, place, length) } : mask,
  };
}

/** An additive mask (batch, 1, 1, keys), or (1, 1, 1, keys), of the keys up to a place, (batch, 1) or (1). */
function upTo(graph: GraphBuilder, place: string, length: string): string {
  const scalar = graph.op("Squeeze", [length]);
  const keys = graph.op("Range", [
    graph.constant(BigInt64Array.of(0n), []),
    scalar,
    graph.constant(BigInt64Array.of(1n), []),
  ]);
  const attended = graph.op("LessOrEqual", [keys, graph.op("Reshape", [place, graph.integers(-1, 1, 1, 1)])]);
  return additive(graph, attended);
}

/** 0 where a key is attended to, -∞ where not. */
function additive(graph: GraphBuilder, attended: string): string {
  return graph.op("Where", [
    attended,
    graph.constant(Float32Array.of(0), []),
    graph.constant(Float32Array.of(Number.NEGATIVE_INFINITY), []),
  ]);
}

/** What CoCa's tokens attend to: no padding, and with a causal mask no later token. @returns (batch, 1, queries or 1, keys) */
function paddingMask(
  graph: GraphBuilder,
  ids: string,
  length: string,
  { padId }: Extract<TextPooling, { kind: "appended" }>,
  causal: boolean,
): Mask {
  const isPadding = graph.op("Equal", [ids, graph.constant(BigInt64Array.of(BigInt(padId)), [])]);
  // CoCa's weights were trained with the mask one position too late: the first token is never padding, the appended one as the last of the ids
  const padded = graph.op("Pad", [
    graph.op("Cast", [isPadding], { to: elementCode("int64") }),
    graph.integers(0, 1, 0, 0),
  ]);
  const valid = graph.op("Equal", [padded, graph.constant(BigInt64Array.of(0n), [])]);
  const keys = graph.op("Unsqueeze", [valid, graph.integers(1, 2)]); // (batch, 1, 1, keys)
  if (!causal) return { kind: "additive", value: additive(graph, keys) };
  const scalar = graph.op("Squeeze", [length]);
  const range = graph.op("Range", [
    graph.constant(BigInt64Array.of(0n), []),
    scalar,
    graph.constant(BigInt64Array.of(1n), []),
  ]);
  const past = graph.op("LessOrEqual", [range, graph.op("Unsqueeze", [range, graph.integers(1)])]); // (queries, keys)
  return { kind: "additive", value: additive(graph, graph.op("And", [keys, past])) };
}
