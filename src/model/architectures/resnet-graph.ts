import { queryAttention } from "./attention-graph.ts";
import { convolutionNorm } from "./convolution-graph.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { linear } from "./layer-graph.ts";
import type { Bottleneck, ConvolutionNorm, ModifiedResNet } from "./towers.ts";

/**
 * Adds CLIP's ResNet.
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

/** Adds a convolution of 1 × 1 or 3 × 3 that keeps the size except for its stride, its norm, and ReLU. */
function reluNorm(graph: GraphBuilder, x: string, layer: ConvolutionNorm, stride = 1): string {
  const padding = ((layer.weight.shape[2] as number) - 1) / 2;
  return graph.op("Relu", [convolutionNorm(graph, x, layer, { stride, padding })]);
}

/** Adds an average pool over 2 × 2 squares. */
function halve(graph: GraphBuilder, x: string): string {
  return graph.op("AveragePool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
}

/**
 * Adds attention in which the mean of all positions attends to itself and to them. @param x (batch, channels, height, width)
 * @returns (batch, d)
 */
function attentionPool(graph: GraphBuilder, x: string, pool: ModifiedResNet["pool"]): string {
  const { positions, output } = pool;
  const [count, width] = positions.shape as [number, number];
  const flat = graph.op("Reshape", [x, graph.integers(0, width, count - 1)]);
  const places = graph.op("Transpose", [flat], { perm: [0, 2, 1] });
  const mean = graph.op("ReduceMean", [places], { axes: [1], keepdims: 1 });
  const tokens = graph.op("Add", [graph.op("Concat", [mean, places], { axis: 1 }), graph.weight(positions)]); // (batch, count, width)
  const query = graph.op("Gather", [tokens, graph.integer(0)], { axis: 1 });
  return linear(graph, queryAttention(graph, query, tokens, { heads: pool.heads, input: pool }), output);
}
