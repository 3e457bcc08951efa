import { convolutionNorm } from "./convolution-graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import type { Bottleneck, ConvolutionNorm, ModifiedResNet } from "./towers.ts";
import { linear } from "./transformer-graph.ts";

/**
 * CLIP's ResNet.
 *
 * @param pixels (batch, 3, height, width), normalized
 * @returns (batch, d), not normalized
 * @see open_clip 3.3.0 src/open_clip/modified_resnet.py
 */
export function resNetEmbeddings(graph: GraphBuilder, { stem, stages, pool }: ModifiedResNet, pixels: string): string {
  let x = stem.reduce((y, layer, i) => reluNorm(graph, y, layer, i === 0 ? 2 : 1), pixels);
  x = halve(graph, x);
  for (const block of stages.flat()) x = bottleneck(graph, x, block);
  return attentionPool(graph, x, pool);
}

function bottleneck(graph: GraphBuilder, x: string, { stride, convolutions, downsample }: Bottleneck): string {
  const [first, second, third] = convolutions;
  const pool = (y: string) => (stride === 1 ? y : halve(graph, y));
  const inside = pool(reluNorm(graph, reluNorm(graph, x, first), second));
  const residual = convolutionNorm(graph, inside, third, { stride: 1, padding: 0 });
  const identity = downsample === null ? x : convolutionNorm(graph, pool(x), downsample, { stride: 1, padding: 0 });
  return graph.op("Relu", [graph.op("Add", [residual, identity])]);
}

/** A convolution of 1 × 1 or 3 × 3 that keeps the size but for its stride, its norm, and ReLU. */
function reluNorm(graph: GraphBuilder, x: string, layer: ConvolutionNorm, stride = 1): string {
  const padding = ((layer.weight.shape[2] as number) - 1) / 2;
  return graph.op("Relu", [convolutionNorm(graph, x, layer, { stride, padding })]);
}

/** The average of squares of two by two. */
function halve(graph: GraphBuilder, x: string): string {
  return graph.op("AveragePool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
}

/**
 * Attention whose one query is the mean of all places. Keys and values are not computed: with h the head, q the query,
 * x_t the places and a_t their attention,
 *
 *     q_h · (K_h x_t + k_h) = (q_h K_h) · x_t + a number that softmax takes away, and
 *     Σ_t a_t (V_h x_t + v_h) = V_h (Σ_t a_t x_t) + v_h,
 *
 * which takes two matrix products per image in the place of two per place.
 *
 * @param x (batch, channels, height, width)
 */
function attentionPool(graph: GraphBuilder, x: string, pool: ModifiedResNet["pool"]): string {
  const { positions, heads, query, key, value, output } = pool;
  const [count, width] = positions.shape as [number, number];
  const headWidth = width / heads;
  const flat = graph.op("Reshape", [x, graph.integers(0, width, count - 1)]); // (batch, width, places)
  const mean = graph.op("ReduceMean", [flat], { axes: [2], keepdims: 1 });
  const places = graph.op("Transpose", [graph.weight(positions)], { perm: [1, 0] });
  const tokens = graph.op("Add", [graph.op("Concat", [mean, flat], { axis: 2 }), places]); // (batch, width, count)
  const first = graph.op("Slice", [tokens, graph.integers(0), graph.integers(1), graph.integers(2)]);
  const projected = linear(graph, graph.op("Reshape", [first, graph.integers(0, width)]), query); // (batch, width)
  const scale = graph.constant(new Float32Array([headWidth ** -0.5]), []);
  const q = perHead(graph, graph.op("Mul", [projected, scale]), heads, headWidth); // (heads, batch, headWidth)
  const perKey = graph.op("MatMul", [q, graph.weight(key.weight, { shape: [heads, headWidth, width] })]); // (heads, batch, width)
  const scores = graph.op("MatMul", [graph.op("Transpose", [perKey], { perm: [1, 0, 2] }), tokens]); // (batch, heads, count)
  const attention = graph.op("Softmax", [scores], { axis: -1 });
  const mixed = graph.op("MatMul", [attention, graph.op("Transpose", [tokens], { perm: [0, 2, 1] })]); // (batch, heads, width)
  const values = graph.op("Transpose", [graph.weight(value.weight, { shape: [heads, headWidth, width] })], {
    perm: [0, 2, 1],
  });
  const attended = graph.op("MatMul", [graph.op("Transpose", [mixed], { perm: [1, 0, 2] }), values]); // (heads, batch, headWidth)
  const joined = graph.op("Reshape", [
    graph.op("Transpose", [attended], { perm: [1, 0, 2] }),
    graph.integers(0, width),
  ]);
  const biased = value.bias === null ? joined : graph.op("Add", [joined, graph.weight(value.bias)]);
  return linear(graph, biased, output);
}

/** (batch, heads · headWidth) → (heads, batch, headWidth) */
function perHead(graph: GraphBuilder, x: string, heads: number, headWidth: number): string {
  const split = graph.op("Reshape", [x, graph.integers(0, heads, headWidth)]);
  return graph.op("Transpose", [split], { perm: [1, 0, 2] });
}
