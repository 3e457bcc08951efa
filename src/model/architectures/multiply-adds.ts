import type {
  Attention,
  Block,
  Linear,
  Mlp,
  ModifiedResNet,
  ProbeAttention,
  Projection,
  TextTransformer,
  VisionTransformer,
} from "./towers.ts";

/** Multiply-adds of the matrix products that the compiled graph computes for an image; what is element by element is left out. */
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
  products += blockProducts(blocks, tokens, pooling.kind === "first" ? 1 : tokens);
  if (pooling.kind === "map") {
    products += probeProducts(pooling.attention, tokens) + (pooling.mlp === null ? 0 : mlpProducts(pooling.mlp));
  }
  return products + headProducts(head);
}

/** The same of a text as long as the context. */
export function textMultiplyAdds({ contextLength, pooling, blocks, head }: TextTransformer): number {
  const tokens = contextLength + (pooling.kind === "appended" ? 1 : 0);
  return blockProducts(blocks, tokens, 1) + headProducts(head);
}

/** The same of CLIP's ResNet; its attention pool computes no keys and values. */
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
  const layers = [query, key, value, output].reduce((sum, { weight }) => sum + elements(weight), 0);
  return products + layers + 2 * heads * elements(positions);
}

function blockProducts(blocks: readonly Block[], tokens: number, lastQueries: number): number {
  return blocks.reduce((sum, { attention, mlp }, i) => {
    const queries = i === blocks.length - 1 ? lastQueries : tokens;
    return sum + attentionProducts(attention, queries, tokens) + queries * mlpProducts(mlp);
  }, 0);
}

function attentionProducts({ input, output }: Attention, queries: number, keys: number): number {
  const width = output.weight.shape[1] as number;
  const perToken = "packed" in input ? elements(input.packed.weight) / 3 : elements(input.query.weight);
  return perToken * (queries + 2 * keys) + 2 * queries * keys * width + queries * elements(output.weight);
}

/** The query of a probe is computed when the graph is loaded. */
function probeProducts({ key, value, output }: ProbeAttention, keys: number): number {
  return (
    keys * (elements(key.weight) + elements(value.weight) + 2 * (output.weight.shape[1] as number)) +
    elements(output.weight)
  );
}

const mlpProducts = ({ input, output }: Mlp) => elements(input.weight) + elements(output.weight);

const headProducts = (head: readonly (Linear | Projection)[]) =>
  head.reduce((sum, layer) => sum + elements("matrix" in layer ? layer.matrix : layer.weight), 0);

function elements({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((size, n) => size * n, 1);
}
