import { InputError } from "../../foundation/errors.ts";
import type { OpenClipResNetConfig } from "./open-clip-config.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { Bottleneck, ConvolutionNorm, Linear, ModifiedResNet } from "./towers.ts";

/** Output channels of a bottleneck per inner channel. */
const EXPANSION = 4;
/** Default of PyTorch's BatchNorm2d, which open_clip uses. */
const BATCH_NORM_EPSILON = 1e-5;

/**
 * Takes CLIP's ResNet from a state dict with the names of OpenAI and open_clip (`visual.layer1.0.conv1.weight`, …).
 *
 * @param embeddingWidth size of the embedding
 * @throws InputError with both shapes for the first tensor that does not fit
 * @see open_clip 3.3.0 src/open_clip/modified_resnet.py `ModifiedResNet`
 */
export function modifiedResNet(
  tensors: TensorTaker,
  config: OpenClipResNetConfig,
  embeddingWidth: number,
  where: string,
): ModifiedResNet {
  const { imageSize, width, layers, heads } = config;
  const tokens = positionsOf(imageSize.height, where);
  const convolution = (number: number, inputs: number, outputs: number) =>
    takeConvolution(tensors, `visual.conv${number}`, `visual.bn${number}`, [outputs, inputs, 3, 3]);
  const stem = [
    convolution(1, 3, width / 2),
    convolution(2, width / 2, width / 2),
    convolution(3, width / 2, width),
  ] as const;
  const stages = layers.map((count, s) => {
    const inside = width * 2 ** s;
    return Array.from({ length: count }, (_, block) => {
      const inputs = block > 0 ? inside * EXPANSION : s === 0 ? width : (inside / 2) * EXPANSION;
      return takeBottleneck(tensors, `visual.layer${s + 1}.${block}`, {
        inputs,
        inside,
        stride: block === 0 && s > 0 ? 2 : 1,
        isFirst: block === 0,
      });
    });
  });
  const features = width * 2 ** (layers.length - 1) * EXPANSION;
  const linear = (name: string, outputs: number): Linear => ({
    weight: tensors.take(`visual.attnpool.${name}.weight`, [outputs, features]),
    bias: tensors.take(`visual.attnpool.${name}.bias`, [outputs]),
  });
  return {
    kind: "modified-resnet",
    imageSize,
    stem,
    stages,
    pool: {
      positions: tensors.take("visual.attnpool.positional_embedding", [tokens + 1, features]),
      heads,
      query: linear("q_proj", features),
      key: linear("k_proj", features),
      value: linear("v_proj", features),
      output: linear("c_proj", embeddingWidth),
    },
  };
}

function takeBottleneck(
  tensors: TensorTaker,
  name: string,
  size: { readonly inputs: number; readonly inside: number; readonly stride: number; readonly isFirst: boolean },
): Bottleneck {
  const { inputs, inside, stride, isFirst } = size;
  const outputs = inside * EXPANSION;
  const convolution = (number: number, shape: readonly [number, number, number, number]) =>
    takeConvolution(tensors, `${name}.conv${number}`, `${name}.bn${number}`, shape);
  return {
    stride,
    convolutions: [
      convolution(1, [inside, inputs, 1, 1]),
      convolution(2, [inside, inside, 3, 3]),
      convolution(3, [outputs, inside, 1, 1]),
    ],
    downsample: isFirst
      ? takeConvolution(tensors, `${name}.downsample.0`, `${name}.downsample.1`, [outputs, inputs, 1, 1])
      : null,
  };
}

function takeConvolution(
  tensors: TensorTaker,
  convolution: string,
  norm: string,
  shape: readonly [number, number, number, number],
): ConvolutionNorm {
  const perChannel = (name: string) => tensors.take(`${norm}.${name}`, [shape[0]]);
  tensors.skip(`${norm}.num_batches_tracked`); // a counter of training
  return {
    weight: tensors.take(`${convolution}.weight`, shape),
    norm: {
      weight: perChannel("weight"),
      bias: perChannel("bias"),
      mean: perChannel("running_mean"),
      variance: perChannel("running_var"),
      epsilon: BATCH_NORM_EPSILON,
    },
  };
}

/**
 * Number of positions of the attention pool: the square of image size / 32, as open_clip computes it.
 *
 * @throws InputError if the convolutions produce another number, where PyTorch would fail at the first image
 */
function positionsOf(imageSize: number, where: string): number {
  const side = Math.floor(imageSize / 32);
  const left = Math.floor(Math.ceil(imageSize / 2) / 16); // a convolution of stride 2, and four pools
  if (side > 0 && left === side) return side * side;
  throw new InputError(`${where}: vision_cfg.image_size ${imageSize}: not a size that open_clip's ResNet can process`);
}
