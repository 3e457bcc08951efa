import type { WeightFormat } from "../weights/weights.ts";

/** Facts about a checkpoint that was compiled from its weights. */
export interface WeightFacts {
  /** The architecture's name. */
  readonly architecture: string;
  /** Source of the architecture's description. */
  readonly source: string;
  /** Format of the weight files. */
  readonly format: WeightFormat;
  /** The image encoder. */
  readonly image: CompiledTower;
  /** The text encoder. */
  readonly text: CompiledText;
  /** Unused tensors of the weights, sorted. */
  readonly unused: readonly string[];
}

/** Facts about a compiled tower. */
export interface CompiledTower {
  /** SHA-256 of the graph, independent of the location of its weights; 64 hexadecimal digits */
  readonly sha256: string;
  /** number of values in its weights */
  readonly parameters: number;
  /** multiply-adds of the matrix products for one image, or for one text of full context length */
  readonly multiplyAdds: number;
}

/** Facts about a compiled text encoder. */
export interface CompiledText extends CompiledTower {
  /** rows of the token embedding */
  readonly vocabularySize: number;
  /** rows of the position embedding */
  readonly contextLength: number;
}
