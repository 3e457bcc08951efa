import type { GraphBuilder } from "./graph-builder.ts";
import type { ConvolutionNorm } from "./towers.ts";

/**
 * Adds a convolution and its batch normalization, which onnxruntime fuses when the graph is loaded. @param x (batch, in, height,
 * width)
 */
export function convolutionNorm(
  graph: GraphBuilder,
  x: string,
  { weight, norm }: ConvolutionNorm,
  { stride, padding }: { readonly stride: number; readonly padding: number },
): string {
  const convolved = graph.op("Conv", [x, graph.weight(weight)], {
    kernel_shape: weight.shape.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
  const parameters = [norm.weight, norm.bias, norm.mean, norm.variance].map((tensor) => graph.weight(tensor));
  return graph.op("BatchNormalization", [convolved, ...parameters], { epsilon: { float: norm.epsilon } });
}
