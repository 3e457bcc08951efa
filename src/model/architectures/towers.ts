import type { StoredTensor } from "../weights/weights.ts";

/** The activation of an MLP: GELU by erf, its tanh approximation, or x · sigmoid(1.702 x). */
export type MlpActivation = "gelu" | "gelu_tanh" | "quick_gelu";

/** y = x · weightᵀ + bias, as PyTorch's Linear stores it. */
export interface Linear {
  /** (out, in) */
  readonly weight: StoredTensor;
  /** (out) */
  readonly bias: StoredTensor | null;
}

/** y = x · matrix, as CLIP's projections are stored. */
export interface Projection {
  /** (in, out) */
  readonly matrix: StoredTensor;
}

export interface LayerNorm {
  /** (width) */
  readonly weight: StoredTensor;
  /** (width) */
  readonly bias: StoredTensor;
  readonly epsilon: number;
}

/** Multi-head attention; its queries, keys and values are packed in one Linear (3 · width, width), or separate. */
export interface Attention {
  readonly heads: number;
  readonly input:
    | { readonly packed: Linear }
    | { readonly query: Linear; readonly key: Linear; readonly value: Linear };
  readonly output: Linear;
}

/** Multi-head attention with queries from a learned vector, and keys and values from the tokens. */
export interface ProbeAttention {
  readonly heads: number;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
}

export interface Mlp {
  readonly activation: MlpActivation;
  readonly input: Linear;
  readonly output: Linear;
}

/** A pre-norm transformer block: x += scale · attention(norm(x)); x += scale · mlp(norm(x)). */
export interface Block {
  readonly attentionNorm: LayerNorm;
  readonly attention: Attention;
  /** LayerScale (width), null for none */
  readonly attentionScale: StoredTensor | null;
  readonly mlpNorm: LayerNorm;
  readonly mlp: Mlp;
  readonly mlpScale: StoredTensor | null;
}

/** How tokens become one vector. "map" is an attention-pooling head with a learned probe (SigLIP). */
export type VisionPooling =
  | { readonly kind: "first" }
  /** @property skip number of tokens at the start that the average excludes (the class token) */
  | { readonly kind: "average"; readonly skip: number }
  | {
      readonly kind: "map";
      /** (1, 1, width), or (1, 1, 1, width): the query of one token, before its Linear */
      readonly probe: StoredTensor;
      readonly attention: ProbeAttention;
      /** of the MLP that is added: x += mlp(norm(x)); null for none */
      readonly norm: LayerNorm | null;
      readonly mlp: Mlp | null;
    };

/** A plain vision transformer: open_clip's, OpenAI's, timm's, transformers' CLIP and SigLIP. */
export interface VisionTransformer {
  readonly kind: "vision-transformer";
  /** input size in pixels */
  readonly imageSize: { readonly height: number; readonly width: number };
  /**
   * convolutions before the patch convolution, each followed by GELU (erf); the stride equals the kernel size, without padding
   */
  readonly stem: readonly ConvolutionNorm[];
  /** patch convolution: weight (width, channels, p, p), stride p; channels: 3, or those of the stem */
  readonly patch: { readonly weight: StoredTensor; readonly bias: StoredTensor | null };
  /** (width), or with leading axes of 1; null for none */
  readonly classToken: StoredTensor | null;
  /**
   * (tokens, width), or with a leading axis of 1; the class token's first. `positionsSkipClass` states whether the class token
   * has a position.
   */
  readonly positions: StoredTensor;
  /** Whether positions are added only to the patches, before the class token is prepended. */
  readonly positionsSkipClass: boolean;
  readonly preNorm: LayerNorm | null;
  readonly blocks: readonly Block[];
  readonly pooling: VisionPooling;
  /** the norm after the blocks, and whether it follows pooling; null for none */
  readonly postNorm: { readonly norm: LayerNorm; readonly place: "before-pooling" | "after-pooling" } | null;
  /** applied to the pooled vector, in order */
  readonly head: readonly (Linear | Projection)[];
}

/** How the text's tokens become one vector. */
export type TextPooling =
  /** the first token with the highest id: CLIP's end-of-text */
  | { readonly kind: "argmax" }
  /** the first token with this id; position 0 if the text has none, like PyTorch's argmax of zeros */
  | { readonly kind: "token"; readonly id: number }
  | { readonly kind: "first" }
  | { readonly kind: "last" }
  /** a learned token at the end of the text (CoCa's cls_emb), which attends to all tokens except padding */
  | { readonly kind: "appended"; readonly token: StoredTensor; readonly padId: number };

/** A text transformer: open_clip's, OpenAI's, transformers' CLIP and SigLIP. */
export interface TextTransformer {
  readonly kind: "text-transformer";
  /** maximum number of tokens of a text */
  readonly contextLength: number;
  /** (vocabulary, width) */
  readonly tokenEmbedding: StoredTensor;
  /** (contextLength, width) */
  readonly positions: StoredTensor;
  readonly causal: boolean;
  readonly blocks: readonly Block[];
  readonly pooling: TextPooling;
  /** the norm after the blocks */
  readonly postNorm: LayerNorm;
  readonly postNormPlace: "before-pooling" | "after-pooling";
  /** applied to the pooled vector, in order; empty for none */
  readonly head: readonly (Linear | Projection)[];
}

/** A convolution without bias, and the subsequent batch normalization. */
export interface ConvolutionNorm {
  /** (out, in, k, k) */
  readonly weight: StoredTensor;
  readonly norm: {
    readonly weight: StoredTensor;
    readonly bias: StoredTensor;
    readonly mean: StoredTensor;
    readonly variance: StoredTensor;
    readonly epsilon: number;
  };
}

/** A bottleneck of CLIP's ResNet; strides by an average pool before the last convolution. */
export interface Bottleneck {
  readonly stride: number;
  readonly convolutions: readonly [ConvolutionNorm, ConvolutionNorm, ConvolutionNorm];
  readonly downsample: ConvolutionNorm | null;
}

/** CLIP's ResNet: a stem of three convolutions, anti-aliased bottlenecks, attention pooling. */
export interface ModifiedResNet {
  readonly kind: "modified-resnet";
  readonly imageSize: { readonly height: number; readonly width: number };
  readonly stem: readonly [ConvolutionNorm, ConvolutionNorm, ConvolutionNorm];
  readonly stages: readonly (readonly Bottleneck[])[];
  readonly pool: {
    /** (tokens + 1, width) */
    readonly positions: StoredTensor;
    readonly heads: number;
    readonly query: Linear;
    readonly key: Linear;
    readonly value: Linear;
    /** (embedding, width) */
    readonly output: Linear;
  };
}

export type VisionTower = VisionTransformer | ModifiedResNet;
