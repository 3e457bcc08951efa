// Made by test/fixtures/architectures/make/timm-vits.py with timm 1.0.29, open_clip 3.3.0; do not edit.
import type { MlpActivation } from "./towers.ts";

/** The numbers of a plain vision transformer of timm, as timm builds it. */
export interface TimmVit {
  readonly width: number;
  /** blocks */
  readonly depth: number;
  readonly heads: number;
  /** hidden size of the MLPs, that of the attention pool too */
  readonly mlpWidth: number;
  /** side of the last convolution before the blocks; its stride too */
  readonly patchSize: number;
  /** pixels of the square input */
  readonly imageSize: number;
  readonly activation: MlpActivation;
  /** of every layer norm */
  readonly epsilon: number;
  readonly classToken: boolean;
  /** whether the class token has no position */
  readonly positionsSkipClass: boolean;
  /** whether a norm comes before the blocks */
  readonly preNorm: boolean;
  readonly patchBias: boolean;
  /** whether queries, keys and values have a bias */
  readonly attentionBias: boolean;
  readonly layerScale: boolean;
  /** timm's `global_pool` where no other is asked for; the last norm comes before it */
  readonly pooling: "token" | "avg" | "map";
  /** whether the last norm comes after pooling where the network is built with the average */
  readonly normAfterAverage: boolean;
  /** convolutions before that of the patches, each with a batch norm of epsilon 1e-5 and GELU; the stride is the kernel's size */
  readonly stem: readonly { readonly channels: number; readonly kernel: number }[];
}

/** What SigLIP's towers have in common. */
const PLAIN = {
  activation: "gelu",
  epsilon: 1e-6,
  classToken: false,
  positionsSkipClass: false,
  preNorm: false,
  patchBias: true,
  attentionBias: true,
  layerScale: false,
  pooling: "map",
  normAfterAverage: true,
  stem: [],
} as const;
/** By timm's name. */
export const TIMM_VITS: Readonly<Record<string, TimmVit>> = {
  vit_base_mci_224: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 2,
    imageSize: 224,
    classToken: true,
    positionsSkipClass: true,
    pooling: "token",
    stem: [
      { channels: 192, kernel: 4 },
      { channels: 192, kernel: 2 },
    ],
  },
  vit_base_patch16_siglip_224: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 16,
    imageSize: 224,
  },
  vit_base_patch16_siglip_256: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 16,
    imageSize: 256,
  },
  vit_base_patch16_siglip_384: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 16,
    imageSize: 384,
  },
  vit_base_patch16_siglip_512: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 16,
    imageSize: 512,
  },
  vit_base_patch32_siglip_256: {
    ...PLAIN,
    width: 768,
    depth: 12,
    heads: 12,
    mlpWidth: 3072,
    patchSize: 32,
    imageSize: 256,
    activation: "gelu_tanh",
  },
  vit_giantopt_patch16_siglip_256: {
    ...PLAIN,
    width: 1536,
    depth: 40,
    heads: 16,
    mlpWidth: 6144,
    patchSize: 16,
    imageSize: 256,
    activation: "gelu_tanh",
  },
  vit_giantopt_patch16_siglip_384: {
    ...PLAIN,
    width: 1536,
    depth: 40,
    heads: 16,
    mlpWidth: 6144,
    patchSize: 16,
    imageSize: 384,
    activation: "gelu_tanh",
  },
  vit_large_patch14_clip_224: {
    ...PLAIN,
    width: 1024,
    depth: 24,
    heads: 16,
    mlpWidth: 4096,
    patchSize: 14,
    imageSize: 224,
    epsilon: 1e-5,
    classToken: true,
    preNorm: true,
    patchBias: false,
    pooling: "token",
  },
  vit_large_patch16_siglip_256: {
    ...PLAIN,
    width: 1024,
    depth: 24,
    heads: 16,
    mlpWidth: 4096,
    patchSize: 16,
    imageSize: 256,
  },
  vit_large_patch16_siglip_384: {
    ...PLAIN,
    width: 1024,
    depth: 24,
    heads: 16,
    mlpWidth: 4096,
    patchSize: 16,
    imageSize: 384,
  },
  vit_large_patch16_siglip_512: {
    ...PLAIN,
    width: 1024,
    depth: 24,
    heads: 16,
    mlpWidth: 4096,
    patchSize: 16,
    imageSize: 512,
    activation: "gelu_tanh",
  },
  vit_medium_patch16_gap_256: {
    ...PLAIN,
    width: 512,
    depth: 12,
    heads: 8,
    mlpWidth: 2048,
    patchSize: 16,
    imageSize: 256,
    attentionBias: false,
    layerScale: true,
    pooling: "avg",
    normAfterAverage: false,
  },
  vit_so400m_patch14_siglip_224: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 14,
    imageSize: 224,
  },
  vit_so400m_patch14_siglip_378: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 14,
    imageSize: 378,
  },
  vit_so400m_patch14_siglip_384: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 14,
    imageSize: 384,
  },
  vit_so400m_patch16_siglip_256: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 16,
    imageSize: 256,
    activation: "gelu_tanh",
  },
  vit_so400m_patch16_siglip_384: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 16,
    imageSize: 384,
    activation: "gelu_tanh",
  },
  vit_so400m_patch16_siglip_512: {
    ...PLAIN,
    width: 1152,
    depth: 27,
    heads: 16,
    mlpWidth: 4304,
    patchSize: 16,
    imageSize: 512,
    activation: "gelu_tanh",
  },
};
