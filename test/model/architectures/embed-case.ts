import type { Architecture } from "../../../src/model/architectures/architecture.ts";
import { type CompiledGraph, compileImageTower, compileTextTower } from "../../../src/model/architectures/compile.ts";
import { timmVits } from "../../../src/model/architectures/timm-vits.ts";
import { openSession } from "../../../src/model/onnx/session.ts";
import type { ArchitectureCase } from "./cases.ts";
import { syntheticPixels } from "./synthetic-weights.ts";

/**
 * Runs a function while timm's network of a case has the case's depth: the product only supports the depth of its table.
 */
export async function atCutDepth<Result>(wanted: ArchitectureCase, run: () => Promise<Result>): Promise<Result> {
  const vision = wanted.openClip?.vision_cfg as Record<string, unknown> | undefined;
  const vit = timmVits()[String(vision?.timm_model_name)] as { depth: number } | undefined;
  if (vit === undefined || wanted.timmDepth === undefined) return run();
  const { depth } = vit;
  vit.depth = wanted.timmDepth;
  try {
    return await run();
  } finally {
    vit.depth = depth;
  }
}

/** Unit vectors of the first images and of all texts of a case, from the compiled towers. */
export async function embedCase(
  { image, text }: Pick<Architecture, "image" | "text">,
  { imageSize: [height, width], texts }: ArchitectureCase,
  images: 1 | 2,
): Promise<{ images: Float32Array[]; texts: Float32Array[] }> {
  const pixels = new Float32Array(images * 3 * height * width);
  for (let i = 0; i < images; i++) pixels.set(syntheticPixels(i as 0 | 1, height, width), i * 3 * height * width);
  const ids = BigInt64Array.from(texts.flat(), BigInt);
  const length = (texts[0] as readonly number[]).length;
  return {
    images: await embed(
      compileImageTower(image),
      "pixel_values",
      { data: pixels, dims: [images, 3, height, width] },
      "image_embeds",
    ),
    texts: await embed(compileTextTower(text), "input_ids", { data: ids, dims: [texts.length, length] }, "text_embeds"),
  };
}

async function embed(
  graph: CompiledGraph,
  input: string,
  feed: { data: Float32Array | BigInt64Array; dims: number[] },
  output: string,
): Promise<Float32Array[]> {
  const session = await openSession(graph, { threads: 1 });
  try {
    const { data, dims } = await session.run({ [input]: feed }, output);
    const [rows, columns] = dims as [number, number];
    return Array.from({ length: rows }, (_, row) => unit(data.subarray(row * columns, (row + 1) * columns)));
  } finally {
    await session.close();
  }
}

export function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / norm);
}

/** Largest difference between corresponding elements; infinite if sizes differ or a number is missing. */
export function largestDifference(found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let largest = 0;
  found.forEach((row, i) => {
    const target = expected[i];
    if (target === undefined || target.length !== row.length) largest = Number.POSITIVE_INFINITY;
    else
      row.forEach((value, d) => {
        const difference = Math.abs(value - (target[d] as number));
        if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      });
  });
  return largest;
}
