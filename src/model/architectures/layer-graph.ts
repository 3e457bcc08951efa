import { type GraphBuilder, MICROSOFT } from "./graph-builder.ts";
import type { LayerNorm, Linear, Mlp, MlpActivation, Projection } from "./towers.ts";

export function layerNorm(graph: GraphBuilder, x: string, { weight, bias, epsilon }: LayerNorm): string {
  return graph.op("LayerNormalization", [x, graph.weight(weight), graph.weight(bias)], { epsilon: { float: epsilon } });
}

/** x · matrixᵀ over the last axis: onnxruntime packs a stored (out, in) directly, whereas MatMul needs a transposed copy. */
export function timesTransposed(graph: GraphBuilder, x: string, matrix: string): string {
  return graph.op("FusedMatMul", [x, matrix], { transB: 1 }, MICROSOFT);
}

/** x · weightᵀ (+ bias) over the last axis. */
export function linear(graph: GraphBuilder, x: string, { weight, bias }: Linear): string {
  const y = timesTransposed(graph, x, graph.weight(weight));
  return bias === null ? y : graph.op("Add", [y, graph.weight(bias)]);
}

/** A sequence of linear layers and projections, over the last axis. */
export function applyHead(graph: GraphBuilder, x: string, layers: readonly (Linear | Projection)[]): string {
  return layers.reduce(
    (value, layer) =>
      "matrix" in layer ? graph.op("MatMul", [value, graph.weight(layer.matrix)]) : linear(graph, value, layer),
    x,
  );
}

/** The hidden units of an MLP after their activation; the caller adds its second Linear. */
export function hiddenUnits(graph: GraphBuilder, x: string, { activation, input }: Mlp): string {
  return activate(graph, linear(graph, x, input), activation);
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
