import { convolutionNorm } from "./convolution-graph.ts";
import { type GraphBuilder, MICROSOFT } from "./graph-builder.ts";
import type { VisionPooling, VisionTransformer } from "./towers.ts";
import {
  applyHead,
  expandBatch,
  layerNorm,
  mlp,
  type PooledToken,
  probeAttention,
  transformerBlocks,
} from "./transformer-graph.ts";

const ALL = { kind: "all" } as const;

/**
 * A plain vision transformer.
 *
 * @param pixels (batch, 3, height, width), normalized
 * @returns (batch, d), not normalized
 */
export function visionEmbeddings(graph: GraphBuilder, tower: VisionTransformer, pixels: string): string {
  const { pooling, postNorm } = tower;
  const pooled = pooling.kind === "first" ? FIRST : null;
  let x = transformerBlocks(graph, embedPatches(graph, tower, pixels), tower.blocks, ALL, pooled); // (batch, tokens, width)
  if (postNorm?.place === "before-pooling") x = layerNorm(graph, x, postNorm.norm);
  x = pool(graph, x, pooling); // (batch, width)
  if (postNorm?.place === "after-pooling") x = layerNorm(graph, x, postNorm.norm);
  return applyHead(graph, x, tower.head);
}

const FIRST: PooledToken = {
  take: (graph, tokens) => graph.op("Slice", [tokens, graph.integers(0), graph.integers(1), graph.integers(1)]),
  mask: ALL,
};

/** The tokens before the blocks: patches, class token, positions, the norm before. @returns (batch, tokens, width) */
function embedPatches(graph: GraphBuilder, tower: VisionTransformer, pixels: string): string {
  const { stem, patch, classToken, positions, positionsSkipClass, preNorm } = tower;
  const [width, , rows, columns] = patch.weight.shape as [number, number, number, number];
  const features = stem.reduce((x, layer) => {
    const stride = layer.weight.shape[2] as number;
    return graph.op("Gelu", [convolutionNorm(graph, x, layer, { stride, padding: 0 })], {}, MICROSOFT);
  }, pixels);
  const convolved = graph.op(
    "Conv",
    [features, graph.weight(patch.weight), ...(patch.bias === null ? [] : [graph.weight(patch.bias)])],
    { kernel_shape: [rows, columns], strides: [rows, columns] },
  );
  const flat = graph.op("Reshape", [convolved, graph.integers(0, width, -1)]);
  let x = graph.op("Transpose", [flat], { perm: [0, 2, 1] }); // (batch, patches, width)
  const places = positions.shape.filter((size, axis) => axis >= positions.shape.length - 2 || size !== 1);
  const positionValues = graph.weight(positions, { shape: places });
  if (positionsSkipClass) x = graph.op("Add", [x, positionValues]);
  if (classToken !== null) {
    const token = expandBatch(graph, graph.weight(classToken, { shape: [1, 1, width] }), pixels);
    x = graph.op("Concat", [token, x], { axis: 1 });
  }
  if (!positionsSkipClass) x = graph.op("Add", [x, positionValues]);
  return preNorm === null ? x : layerNorm(graph, x, preNorm);
}

/** (batch, tokens, width), or the token that is taken alone → (batch, width) */
function pool(graph: GraphBuilder, x: string, pooling: VisionPooling): string {
  switch (pooling.kind) {
    case "first":
      return graph.op("Squeeze", [x, graph.integers(1)]);
    case "average": {
      const averaged =
        pooling.skip === 0
          ? x
          : graph.op("Slice", [x, graph.integers(pooling.skip), graph.integers(2 ** 31), graph.integers(1)]);
      return graph.op("ReduceMean", [averaged], { axes: [1], keepdims: 0 });
    }
    case "map": {
      const attended = probeAttention(graph, pooling.probe, x, pooling.attention);
      return graph.op("Squeeze", [mapMlp(graph, attended, pooling), graph.integers(1)]);
    }
  }
}

function mapMlp(
  graph: GraphBuilder,
  x: string,
  { norm, mlp: layers }: Extract<VisionPooling, { kind: "map" }>,
): string {
  if (layers === null) return x;
  return graph.op("Add", [x, mlp(graph, norm === null ? x : layerNorm(graph, x, norm), layers)]);
}
