import type { WeightFormat } from "../weights/weights.ts";

/** What is known of a checkpoint that was compiled from its weights. */
export interface WeightFacts {
  /** The architecture's name. */
  readonly architecture: string;
  /** What described the architecture. */
  readonly source: string;
  /** Format of the weight files. */
  readonly format: WeightFormat;
  /** The image encoder. */
  readonly image: CompiledTower;
  /** The text encoder. */
  readonly text: CompiledText;
  /** Tensors of the weights that nothing uses, sorted. */
  readonly unused: readonly string[];
}

/** What is known of a compiled tower. */
export interface CompiledTower {
  /** SHA-256 of the graph, wherever its weights lie; 64 hexadecimal digits */
  readonly sha256: string;
  /** number of values in its weights */
  readonly parameters: number;
  /** of the matrix products for one image, or for one text of the whole context */
  readonly multiplyAdds: number;
}

/** What is known of a compiled text encoder. */
export interface CompiledText extends CompiledTower {
  /** rows of the token embedding */
  readonly vocabularySize: number;
  /** rows of the position embedding */
  readonly contextLength: number;
}
