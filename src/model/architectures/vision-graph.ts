import { queryAttention } from "./attention-graph.ts";
import { convolutionNorm } from "./convolution-graph.ts";
import { type GraphBuilder, MICROSOFT } from "./graph-builder.ts";
import { applyHead, hiddenUnits, layerNorm, linear, timesTransposed } from "./layer-graph.ts";
import type { VisionPooling, VisionTransformer } from "./towers.ts";
import { addLinear, type PooledToken, transformerBlocks } from "./transformer-graph.ts";

/**
 * Adds a plain vision transformer.
 *
 * @param pixels (batch, 3, height, width), normalized
 * @returns (batch, d), not normalized
 */
export function visionEmbeddings(graph: GraphBuilder, tower: VisionTransformer, pixels: string): string {
  const { pooling, postNorm } = tower;
  const firstToken: PooledToken = {
    take: (tokens) => graph.op("Gather", [tokens, graph.integer(0)], { axis: 1 }),
    mask: null,
  };
  const pooled = pooling.kind === "first" ? firstToken : null;
  let x = transformerBlocks(graph, embedPatches(graph, tower, pixels), tower.blocks, { kind: "all" }, pooled);
  if (postNorm?.place === "before-pooling") x = layerNorm(graph, x, postNorm.norm);
  x = pool(graph, x, pooling); // (batch, width)
  if (postNorm?.place === "after-pooling") x = layerNorm(graph, x, postNorm.norm);
  return applyHead(graph, x, tower.head);
}

/** Adds the tokens before the blocks: patches, class token, positions, pre-norm. @returns (batch, tokens, width) */
function embedPatches(graph: GraphBuilder, tower: VisionTransformer, pixels: string): string {
  const { classToken, positions, positionsSkipClass, preNorm } = tower;
  const places = graph.weight(positions, { shape: positions.shape.slice(-2) });
  let x = patchProducts(graph, tower, pixels);
  if (positionsSkipClass) x = graph.op("Add", [x, places]);
  if (classToken !== null) {
    const width = classToken.shape.at(-1) as number;
    const batch = graph.op("Shape", [pixels], { start: 0, end: 1 });
    const shape = graph.op("Concat", [batch, graph.integers(1, 1)], { axis: 0 });
    const token = graph.op("Expand", [graph.weight(classToken, { shape: [1, 1, width] }), shape]);
    x = graph.op("Concat", [token, x], { axis: 1 });
  }
  if (!positionsSkipClass) x = graph.op("Sum", [x, places]);
  return preNorm === null ? x : layerNorm(graph, x, preNorm);
}

/**
 * Adds the patch convolution as one matrix product over pixels in patch order, which is faster than Conv followed by a transpose.
 * Pixels at the right and bottom that do not fill a patch are ignored, as in a convolution.
 *
 * @returns (batch, patches, width)
 */
function patchProducts(graph: GraphBuilder, { imageSize, stem, patch }: VisionTransformer, pixels: string): string {
  let { height, width } = imageSize;
  let x = pixels;
  for (const layer of stem) {
    const stride = layer.weight.shape[2] as number;
    x = graph.op("Gelu", [convolutionNorm(graph, x, layer, { stride, padding: 0 })], {}, MICROSOFT);
    height = Math.floor(height / stride);
    width = Math.floor(width / stride);
  }
  const [outputs, channels, patchRows, patchColumns] = patch.weight.shape as [number, number, number, number];
  const rows = Math.floor(height / patchRows);
  const columns = Math.floor(width / patchColumns);
  if (rows * patchRows < height || columns * patchColumns < width) {
    const ends = graph.integers(rows * patchRows, columns * patchColumns);
    x = graph.op("Slice", [x, graph.integers(0, 0), ends, graph.integers(2, 3)]);
  }
  const split = graph.op("Reshape", [x, graph.integers(0, channels, rows, patchRows, columns, patchColumns)]);
  const ordered = graph.op("Transpose", [split], { perm: [0, 2, 4, 1, 3, 5] });
  const inputs = channels * patchRows * patchColumns;
  const flat = graph.op("Reshape", [ordered, graph.integers(0, rows * columns, inputs)]);
  const product = timesTransposed(graph, flat, graph.weight(patch.weight, { shape: [outputs, inputs] }));
  return patch.bias === null ? product : graph.op("Add", [product, graph.weight(patch.bias)]);
}

/** (batch, tokens, width), or (batch, width) of the selected token → (batch, width) */
function pool(graph: GraphBuilder, x: string, pooling: VisionPooling): string {
  switch (pooling.kind) {
    case "first":
      return x;
    case "average": {
      const averaged =
        pooling.skip === 0
          ? x
          : graph.op("Slice", [x, graph.integers(pooling.skip), graph.integers(2 ** 31), graph.integers(1)]);
      return graph.op("ReduceMean", [averaged], { axes: [1], keepdims: 0 });
    }
    case "map":
      return probe(graph, x, pooling);
  }
}

/** Adds attention of a learned vector over the tokens, and its MLP. The vector's query is computed when the graph is loaded. */
function probe(graph: GraphBuilder, tokens: string, pooling: Extract<VisionPooling, { kind: "map" }>): string {
  const { attention, norm, mlp } = pooling;
  const { heads, query, key, value, output } = attention;
  const vector = graph.weight(pooling.probe, { shape: [1, query.weight.shape[1] as number] });
  const attended = queryAttention(graph, vector, tokens, { heads, input: { query, key, value } });
  const x = linear(graph, attended, output);
  if (mlp === null) return x;
  const hidden = hiddenUnits(graph, norm === null ? x : layerNorm(graph, x, norm), mlp);
  return addLinear(graph, x, hidden, mlp.output);
}
