import { type GraphBuilder, MICROSOFT } from "./graph-builder.ts";
import { linear, timesTransposed } from "./layer-graph.ts";
import type { Attention, Linear } from "./towers.ts";

/**
 * The keys that a query attends to: all; those up to its position; or those that an additive mask allows, broadcast to (batch,
 * heads, queries, keys).
 */
export type Mask =
  | { readonly kind: "all" }
  | { readonly kind: "causal" }
  | { readonly kind: "additive"; readonly value: string };

/** Multi-head self-attention of tokens (batch, n, width), before the output Linear. @returns (batch, n, width) */
export function selfAttention(
  graph: GraphBuilder,
  tokens: string,
  { heads, input }: Pick<Attention, "heads" | "input">,
  mask: Mask,
): string {
  const given = "packed" in input ? packedInputs(graph, tokens, input.packed) : separateInputs(graph, tokens, input);
  const masked = mask.kind === "additive" ? [...given, ...Array<string>(5 - given.length).fill(""), mask.value] : given;
  const causal = mask.kind === "causal" ? { unidirectional: 1 } : {};
  return graph.op("MultiHeadAttention", masked, { num_heads: heads, ...causal }, MICROSOFT);
}

/** Queries, keys and values without bias, and their common bias, which MultiHeadAttention adds. */
function packedInputs(graph: GraphBuilder, tokens: string, { weight, bias }: Linear): string[] {
  const width = (weight.shape[0] as number) / 3;
  const products = [0, 1, 2].map((i) =>
    timesTransposed(graph, tokens, graph.weight(weight, { rows: [i * width, (i + 1) * width] })),
  );
  return bias === null ? products : [...products, graph.weight(bias)];
}

interface SeparateInputs {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
}

function separateInputs(graph: GraphBuilder, tokens: string, { query, key, value }: SeparateInputs): string[] {
  const biases = [query, key, value].map(({ bias }) => bias);
  if (biases.includes(null)) return [query, key, value].map((layer) => linear(graph, tokens, layer));
  const products = [query, key, value].map(({ weight }) => timesTransposed(graph, tokens, graph.weight(weight)));
  const joined = graph.op(
    "Concat",
    biases.map((bias) => graph.weight(bias as NonNullable<typeof bias>)),
    { axis: 0 },
  );
  return [...products, joined]; // folded when the graph is loaded
}

/**
 * Multi-head attention of one query per item, before the output Linear. Keys and values are not computed. With h the head, q the
 * query, x_t the tokens and a_t their attention,
 *
 *     q_h · (K_h x_t + k_h) = (q_h K_h) · x_t + a number that softmax takes away, and
 *     Σ_t a_t (V_h x_t + v_h) = V_h (Σ_t a_t x_t) + v_h,
 *
 * which takes two matrix products per item instead of two per token.
 *
 * @param query  (batch, width), or (1, width) for a common query of all items
 * @param tokens (batch, n, width)
 * @param mask   additive, broadcast to (batch, heads, n); null if the query attends to all tokens
 * @returns (batch, width)
 */
export function queryAttention(
  graph: GraphBuilder,
  query: string,
  tokens: string,
  { heads, input }: Pick<Attention, "heads" | "input">,
  mask: string | null = null,
): string {
  const parts = inputParts(graph, input);
  const width = parts.width;
  const headWidth = width / heads;
  const byHead = { shape: [heads, headWidth, width] };
  const product = timesTransposed(graph, query, parts.weight(0, { shape: [width, width] }));
  const asked = parts.bias(0) === null ? product : graph.op("Add", [product, parts.bias(0) as string]);
  const scaled = graph.op("Mul", [asked, graph.constant(Float32Array.of(headWidth ** -0.5), [])]);
  const perKey = swapHeads(
    graph,
    graph.op("MatMul", [splitHeads(graph, scaled, heads, headWidth), parts.weight(1, byHead)]),
  ); // (batch, heads, width)
  const scores = timesTransposed(graph, perKey, tokens); // (batch, heads, n)
  const attention = graph.op("Softmax", [mask === null ? scores : graph.op("Add", [scores, mask])], { axis: -1 });
  const mixed = swapHeads(graph, graph.op("MatMul", [attention, tokens])); // (heads, batch, width)
  const attended = swapHeads(graph, timesTransposed(graph, mixed, parts.weight(2, byHead))); // (batch, heads, headWidth)
  const joined = graph.op("Reshape", [attended, graph.integers(0, width)]);
  return parts.bias(2) === null ? joined : graph.op("Add", [joined, parts.bias(2) as string]);
}

/** The matrices and biases of queries (0), keys (1) and values (2). */
function inputParts(graph: GraphBuilder, input: Attention["input"]) {
  if (!("packed" in input)) {
    const layers = [input.query, input.key, input.value] as const;
    return {
      width: layers[0].weight.shape[1] as number,
      weight: (part: 0 | 1 | 2, view: { shape: readonly number[] }) => graph.weight(layers[part].weight, view),
      bias: (part: 0 | 1 | 2) => {
        const { bias } = layers[part];
        return bias && graph.weight(bias);
      },
    };
  }
  const { weight, bias } = input.packed;
  const width = weight.shape[1] as number;
  const rows = (part: number) => ({ rows: [part * width, (part + 1) * width] as const });
  return {
    width,
    weight: (part: 0 | 1 | 2, view: { shape: readonly number[] }) => graph.weight(weight, { ...rows(part), ...view }),
    bias: (part: 0 | 1 | 2) => bias && graph.weight(bias, rows(part)),
  };
}

/** (batch, heads · headWidth) → (heads, batch, headWidth) */
function splitHeads(graph: GraphBuilder, x: string, heads: number, headWidth: number): string {
  return swapHeads(graph, graph.op("Reshape", [x, graph.integers(0, heads, headWidth)]));
}

/** (batch, heads, n) ↔ (heads, batch, n) */
function swapHeads(graph: GraphBuilder, x: string): string {
  return graph.op("Transpose", [x], { perm: [1, 0, 2] });
}
