import { InputError } from "../../foundation/errors.ts";
import type { Weights } from "../weights/weights.ts";
import type { OpenClipBlockConfig } from "./open-clip-block-config.ts";
import type { OpenClipConfig } from "./open-clip-config.ts";

/** Width of a head in all published models of OpenAI. */
const HEAD_WIDTH = 64;
const EPSILON = 1e-5;

/** Integers that OpenAI's archives contain in addition to the weights. */
const ARCHIVE_VALUES = ["input_resolution", "context_length", "vocab_size"] as const;

/**
 * Whether the weights come from an archive that OpenAI published: a state dict that contains three sizes. No other library writes
 * these, and models with them compute QuickGELU.
 */
export function isOpenAiArchive({ values, tensors }: Weights): boolean {
  return ARCHIVE_VALUES.every((name) => values.has(name) || tensors.has(name));
}

/**
 * Infers the architecture of OpenAI's weights from their shapes, as open_clip does. The activation is QuickGELU, which shapes do
 * not show, so this applies only to OpenAI's archives.
 *
 * @throws InputError if a tensor that determines a size is missing, or the archive's integers contradict the shapes
 * @see open_clip 3.3.0 src/open_clip/model.py `build_model_from_openai_state_dict`
 */
export function inferOpenAi(weights: Weights): OpenClipConfig {
  const shape = (name: string, axes: number) => {
    const found = weights.tensors.get(name)?.shape;
    if (found?.length === axes && found.every((size) => size > 0)) return found as [number, ...number[]];
    throw new InputError(`${weights.path}: expected a tensor ${name} with ${axes} axes, as in OpenAI's archives`);
  };
  const blocks = (width: number, layers: number) => blocksOf(width, layers, weights.path);
  const names = [...weights.tensors.keys()];
  const width = shape("ln_final.weight", 1)[0];
  const [contextLength] = shape("positional_embedding", 2);
  const [vocabularySize] = shape("token_embedding.weight", 2);
  const vision = weights.tensors.has("visual.proj") ? inferVit(shape, names, blocks) : inferResNet(shape, names);
  const expected = [vision.imageSize.height, contextLength, vocabularySize];
  for (const [i, name] of ARCHIVE_VALUES.entries()) {
    const value = weights.values.get(name);
    if (value !== undefined && value !== expected[i]) {
      throw new InputError(`${weights.path}: ${name} is ${value}, but its tensors have ${expected[i]}`);
    }
  }
  return {
    embeddingWidth: shape("text_projection", 2)[1] as number,
    vision,
    text: {
      ...blocks(width, countBlocks(names, /^transformer\.resblocks\.(\d+)\./)),
      contextLength,
      vocabularySize,
      causal: true,
      pooling: { kind: "argmax" },
      projection: "matrix",
    },
    ignored: [],
  };
}

type BlocksOf = (width: number, layers: number) => OpenClipBlockConfig;
type ShapeOf = (name: string, axes: number) => [number, ...number[]];

function inferVit(shape: ShapeOf, names: readonly string[], blocks: BlocksOf): OpenClipConfig["vision"] {
  const [width, , , patchSize] = shape("visual.conv1.weight", 4) as [number, number, number, number];
  const side = patchSize * Math.round(Math.sqrt(shape("visual.positional_embedding", 2)[0] - 1));
  return {
    kind: "vit",
    ...blocks(width, countBlocks(names, /^visual\.transformer\.resblocks\.(\d+)\./)),
    imageSize: { height: side, width: side },
    patchSize,
    preNorm: true,
    normAfterPooling: false,
    pooling: "first",
  };
}

function inferResNet(shape: ShapeOf, names: readonly string[]): OpenClipConfig["vision"] {
  const [width] = shape("visual.layer1.0.conv1.weight", 4);
  const side = 32 * Math.round(Math.sqrt(shape("visual.attnpool.positional_embedding", 2)[0] - 1));
  const layers = [1, 2, 3, 4].map((stage) => countBlocks(names, new RegExp(`^visual\\.layer${stage}\\.(\\d+)\\.`)));
  return {
    kind: "modified-resnet",
    imageSize: { height: side, width: side },
    width,
    layers: layers as [number, number, number, number],
    heads: (width * 32) / HEAD_WIDTH,
  };
}

function blocksOf(width: number, layers: number, path: string): OpenClipBlockConfig {
  if (width % HEAD_WIDTH !== 0) {
    throw new InputError(
      `${path}: a width of ${width} is not a multiple of ${HEAD_WIDTH}, the width of a head in OpenAI's archives`,
    );
  }
  const heads = width / HEAD_WIDTH;
  return { width, layers, heads, mlpWidth: 4 * width, layerScale: false, activation: "quick_gelu", epsilon: EPSILON };
}

/** Counts the distinct numbers that names have in a pattern's first group. */
function countBlocks(names: readonly string[], pattern: RegExp): number {
  return new Set(names.map((name) => pattern.exec(name)?.[1]).filter((number) => number !== undefined)).size;
}
