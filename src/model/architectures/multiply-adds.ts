import type {
  Attention,
  Block,
  Linear,
  Mlp,
  ModifiedResNet,
  Projection,
  TextTransformer,
  VisionTransformer,
} from "./towers.ts";

/** Multiply-adds of the compiled graph's matrix products for an image; element-wise operations are not counted. */
export function visionMultiplyAdds({
  imageSize,
  stem,
  patch,
  classToken,
  blocks,
  pooling,
  head,
}: VisionTransformer): number {
  let { height, width } = imageSize;
  let products = 0;
  for (const { weight } of [...stem, patch]) {
    height = Math.floor(height / (weight.shape[2] as number));
    width = Math.floor(width / (weight.shape[3] as number));
    products += height * width * elements(weight);
  }
  const tokens = height * width + (classToken === null ? 0 : 1);
  products += blockProducts(blocks, tokens, pooling.kind === "first");
  if (pooling.kind === "map") {
    const { key, value, output, heads } = pooling.attention; // the query is computed when the graph is loaded
    products +=
      queryProducts([key, value, output], heads, tokens) + (pooling.mlp === null ? 0 : mlpProducts(pooling.mlp));
  }
  return products + headProducts(head);
}

/** The same for a text of full context length. */
export function textMultiplyAdds({ contextLength, pooling, blocks, head }: TextTransformer): number {
  const tokens = contextLength + (pooling.kind === "appended" ? 1 : 0);
  return blockProducts(blocks, tokens, true) + headProducts(head);
}

/** The same for CLIP's ResNet; its attention pool computes no keys and values. */
export function resNetMultiplyAdds({ imageSize, stem, stages, pool }: ModifiedResNet): number {
  let places = Math.ceil(imageSize.height / 2) * Math.ceil(imageSize.width / 2);
  let products = stem.reduce((sum, { weight }) => sum + places * elements(weight), 0);
  places = Math.floor(places / 4);
  for (const { stride, convolutions, downsample } of stages.flat()) {
    const [first, second, third] = convolutions;
    products += places * (elements(first.weight) + elements(second.weight));
    places = Math.floor(places / stride ** 2);
    products += places * (elements(third.weight) + (downsample === null ? 0 : elements(downsample.weight)));
  }
  const { query, key, value, output, positions, heads } = pool;
  return products + queryProducts([query, key, value, output], heads, positions.shape[0] as number);
}

function blockProducts(blocks: readonly Block[], tokens: number, isPooled: boolean): number {
  return blocks.reduce((sum, { attention, mlp }, i) => {
    const isLast = isPooled && i === blocks.length - 1;
    const layers = attentionLayers(attention);
    const products = isLast
      ? queryProducts(layers, attention.heads, tokens)
      : tokens * (layersProducts(layers) + 2 * tokens * widthOf(layers));
    return sum + products + (isLast ? 1 : tokens) * mlpProducts(mlp);
  }, 0);
}

function attentionLayers({ input, output }: Attention): Linear[] {
  return "packed" in input ? [input.packed, output] : [input.query, input.key, input.value, output];
}

/** Attention of one query, which computes no keys and values. */
function queryProducts(layers: readonly Linear[], heads: number, tokens: number): number {
  return layersProducts(layers) + 2 * heads * tokens * widthOf(layers);
}

/** The output width of attention's last layer equals its input width. */
const widthOf = (layers: readonly Linear[]) => layers.at(-1)?.weight.shape[1] as number;

const layersProducts = (layers: readonly Linear[]) => layers.reduce((sum, { weight }) => sum + elements(weight), 0);

const mlpProducts = ({ input, output }: Mlp) => elements(input.weight) + elements(output.weight);

const headProducts = (head: readonly (Linear | Projection)[]) =>
  head.reduce((sum, layer) => sum + elements("matrix" in layer ? layer.matrix : layer.weight), 0);

function elements({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((size, n) => size * n, 1);
}
