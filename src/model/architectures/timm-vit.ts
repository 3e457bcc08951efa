import { InputError } from "../../foundation/errors.ts";
import { EXPORT_INSTEAD } from "./open-clip-block-config.ts";
import type { OpenClipTimmConfig } from "./open-clip-config.ts";
import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import { linearRows } from "./tensor-rows.ts";
import { type TimmVit, timmVits } from "./timm-vits.ts";
import type { Block, ConvolutionNorm, Linear, Mlp, VisionPooling, VisionTransformer } from "./towers.ts";

/** PyTorch's default, which timm uses. */
const BATCH_NORM_EPSILON = 1e-5;

/**
 * Takes the image tower of open_clip's TimmModel (`visual.trunk.*`, `visual.head.*`) if timm's network is a plain vision
 * transformer: SigLIP's, MobileCLIP-B's, CLIP's.
 *
 * @param embeddingWidth `embed_dim`, the size of the embedding
 * @param where          name of the configuration in messages
 * @throws InputError if the network is not one of {@link timmVits}, a tensor does not fit, or open_clip cannot build it
 * @see open_clip 3.3.0 src/open_clip/timm_model.py `TimmModel`; timm 1.0.29 timm/models/vision_transformer.py
 *   `VisionTransformer`, timm/models/vision_transformer_hybrid.py `vit_base_mci_224`
 */
export function timmVit(
  tensors: TensorTaker,
  config: OpenClipTimmConfig,
  embeddingWidth: number,
  where: string,
): VisionTransformer {
  const vit = vitOf(config, where);
  const { width, epsilon } = vit;
  const trunk = "visual.trunk";
  const stem = vit.stem.map((step, i) => stemStep(tensors, `${trunk}.patch_embed.backbone.${i}`, vit, i, step.kernel));
  const patchName = stem.length > 0 ? `${trunk}.patch_embed.backbone.${stem.length}.conv` : `${trunk}.patch_embed.proj`;
  const channels = vit.stem.at(-1)?.channels ?? 3;
  const reduction = vit.stem.reduce((product, { kernel }) => product * kernel, vit.patchSize);
  const patches = Math.floor(vit.imageSize / reduction) ** 2;
  const positions = patches + (vit.classToken && !vit.positionsSkipClass ? 1 : 0);
  const pooling = poolingOf(config, vit, where);
  return {
    kind: "vision-transformer",
    imageSize: config.imageSize,
    stem,
    patch: {
      weight: tensors.take(`${patchName}.weight`, [width, channels, vit.patchSize, vit.patchSize]),
      bias: vit.patchBias ? tensors.take(`${patchName}.bias`, [width]) : null,
    },
    classToken: vit.classToken ? tensors.take(`${trunk}.cls_token`, [1, 1, width]) : null,
    positions: tensors.take(`${trunk}.pos_embed`, [1, positions, width]),
    positionsSkipClass: vit.positionsSkipClass,
    preNorm: vit.preNorm ? takeLayerNorm(tensors, `${trunk}.norm_pre`, width, epsilon) : null,
    blocks: Array.from({ length: vit.depth }, (_, i) => takeBlock(tensors, `${trunk}.blocks.${i}`, vit)),
    pooling: takePooling(tensors, `${trunk}.attn_pool`, vit, pooling.kind),
    postNorm: pooling.normAfter
      ? { norm: takeLayerNorm(tensors, `${trunk}.fc_norm`, width, epsilon), place: "after-pooling" }
      : { norm: takeLayerNorm(tensors, `${trunk}.norm`, width, epsilon), place: "before-pooling" },
    head: takeHead(tensors, config, width, embeddingWidth, where),
  };
}

function vitOf({ model, imageSize }: OpenClipTimmConfig, where: string): TimmVit {
  const vits = timmVits();
  const vit = vits[model];
  if (vit === undefined || !Object.hasOwn(vits, model)) {
    const known = Object.keys(vits).join(", ");
    throw new InputError(
      `${where}: vision_cfg.timm_model_name ${model} is not supported yet; ${EXPORT_INSTEAD}; supported networks of timm: ${known}`,
    );
  }
  if (imageSize.height !== vit.imageSize || imageSize.width !== vit.imageSize) {
    throw new InputError(
      `${where}: vision_cfg.image_size is ${imageSize.height} × ${imageSize.width}, but timm builds ${model} for ` +
        `${vit.imageSize} × ${vit.imageSize}, and open_clip would refuse the images`,
    );
  }
  return vit;
}

/** The network's pooling, and whether the last norm follows it, as timm decides when it builds the network. */
function poolingOf(
  { model, pool, projection }: OpenClipTimmConfig,
  vit: TimmVit,
  where: string,
): { kind: "token" | "avg" | "map"; normAfter: boolean } {
  const named = `${where}: vision_cfg.timm_pool "${pool}"`;
  // With a projection, open_clip builds the network with its default pooling and then replaces the pooling: the norm stays
  const isDefault = projection === "linear" || projection === "mlp";
  const kind = pool === "" && isDefault ? vit.pooling : pool;
  if (kind !== "token" && kind !== "avg" && kind !== "map") {
    throw new InputError(`${named} is not supported${pool === "" ? ' without timm_proj "linear"' : ""}`);
  }
  if (kind === "token" && !vit.classToken) throw new InputError(`${named}: ${model} has no class token`);
  if (kind === "map" && vit.pooling !== "map") {
    throw new InputError(`${named} is supported only as timm's default, which is "${vit.pooling}" for ${model}`);
  }
  return { kind, normAfter: kind === "avg" && !isDefault && vit.normAfterAverage };
}

function stemStep(
  tensors: TensorTaker,
  name: string,
  { stem }: TimmVit,
  index: number,
  kernel: number,
): ConvolutionNorm {
  const input = stem[index - 1]?.channels ?? 3;
  const output = (stem[index] as TimmVit["stem"][number]).channels;
  tensors.skip(`${name}.bn.num_batches_tracked`);
  return {
    weight: tensors.take(`${name}.conv.weight`, [output, input, kernel, kernel]),
    norm: {
      weight: tensors.take(`${name}.bn.weight`, [output]),
      bias: tensors.take(`${name}.bn.bias`, [output]),
      mean: tensors.take(`${name}.bn.running_mean`, [output]),
      variance: tensors.take(`${name}.bn.running_var`, [output]),
      epsilon: BATCH_NORM_EPSILON,
    },
  };
}

function takeBlock(tensors: TensorTaker, name: string, vit: TimmVit): Block {
  const { width, heads, epsilon } = vit;
  return {
    attentionNorm: takeLayerNorm(tensors, `${name}.norm1`, width, epsilon),
    attention: {
      heads,
      input: { packed: takeLinear(tensors, `${name}.attn.qkv`, 3 * width, width, { bias: vit.attentionBias }) },
      output: takeLinear(tensors, `${name}.attn.proj`, width, width),
    },
    attentionScale: vit.layerScale ? tensors.take(`${name}.ls1.gamma`, [width]) : null,
    mlpNorm: takeLayerNorm(tensors, `${name}.norm2`, width, epsilon),
    mlp: takeMlp(tensors, `${name}.mlp`, vit),
    mlpScale: vit.layerScale ? tensors.take(`${name}.ls2.gamma`, [width]) : null,
  };
}

function takePooling(tensors: TensorTaker, name: string, vit: TimmVit, kind: "token" | "avg" | "map"): VisionPooling {
  if (kind === "token") return { kind: "first" };
  if (kind === "avg") return { kind: "average", skip: vit.classToken ? 1 : 0 };
  const { width, heads, epsilon } = vit;
  const keyValue = takeLinear(tensors, `${name}.kv`, 2 * width, width);
  return {
    kind: "map",
    probe: tensors.take(`${name}.latent`, [1, 1, width]),
    attention: {
      heads,
      query: takeLinear(tensors, `${name}.q`, width, width),
      key: linearRows(keyValue, 0, width),
      value: linearRows(keyValue, width, 2 * width),
      output: takeLinear(tensors, `${name}.proj`, width, width),
    },
    norm: takeLayerNorm(tensors, `${name}.norm`, width, epsilon),
    mlp: takeMlp(tensors, `${name}.mlp`, vit),
  };
}

function takeHead(
  tensors: TensorTaker,
  { projection, projectionBias }: OpenClipTimmConfig,
  width: number,
  embeddingWidth: number,
  where: string,
): Linear[] {
  switch (projection) {
    case "linear":
      return [takeLinear(tensors, "visual.head.proj", embeddingWidth, width, { bias: projectionBias })];
    case null:
      return [takeLinear(tensors, "visual.trunk.head", embeddingWidth, width)];
    case "none":
      if (width === embeddingWidth) return [];
      throw new InputError(
        `${where}: vision_cfg.timm_proj "none" results in ${width} numbers, but embed_dim is ${embeddingWidth}`,
      );
    case "mlp":
      throw new InputError(`${where}: vision_cfg.timm_proj "mlp" is not supported for a vision transformer`);
  }
}

function takeMlp(tensors: TensorTaker, name: string, { width, mlpWidth, activation }: TimmVit): Mlp {
  return {
    activation,
    input: takeLinear(tensors, `${name}.fc1`, mlpWidth, width),
    output: takeLinear(tensors, `${name}.fc2`, width, mlpWidth),
  };
}
