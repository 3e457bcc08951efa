import type { Attention, Block, Linear, Mlp, Projection, TextTransformer, VisionTransformer } from "./towers.ts";

/** Multiply-adds of the matrix products that the compiled graph computes for an image; what is element by element is left out. */
export function visionMultiplyAdds({
  patch,
  positions,
  classToken,
  positionsSkipClass,
  blocks,
  pooling,
  head,
}: VisionTransformer): number {
  const places = positions.shape.at(-2) as number;
  const patches = classToken !== null && !positionsSkipClass ? places - 1 : places;
  const tokens = patches + (classToken === null ? 0 : 1);
  return (
    patches * elements(patch.weight) +
    blockProducts(blocks, tokens, pooling.kind === "first" ? 1 : tokens) +
    (pooling.kind === "map"
      ? attentionProducts(pooling.attention, 1, tokens) + (pooling.mlp === null ? 0 : mlpProducts(pooling.mlp))
      : 0) +
    headProducts(head)
  );
}

/** The same of a text as long as the context. */
export function textMultiplyAdds({ contextLength, pooling, blocks, head }: TextTransformer): number {
  const tokens = contextLength + (pooling.kind === "appended" ? 1 : 0);
  return blockProducts(blocks, tokens, 1) + headProducts(head);
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

const mlpProducts = ({ input, output }: Mlp) => elements(input.weight) + elements(output.weight);

const headProducts = (head: readonly (Linear | Projection)[]) =>
  head.reduce((sum, layer) => sum + elements("matrix" in layer ? layer.matrix : layer.weight), 0);

function elements({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((size, n) => size * n, 1);
}
