import type { Runtime } from "../onnx/runtime.ts";

/**
 * Options of an encoder: the runtime of its graph. `threads` applies to a single operation and defaults to the machine's cores.
 */
export type EncoderOptions = Partial<Runtime>;

/** The image tower of a checkpoint. Its `encode` blocks the JavaScript thread while onnxruntime computes. */
export interface ImageEncoder {
  /** d, the width of an embedding. */
  readonly dimension: number;
  /** The graph's fixed batch size; null if it takes any. */
  readonly batchSize: number | null;
  /** Element type of the pixels that the graph takes: "float32", "float16" or "float64". */
  readonly precision: string;
  /**
   * Embeds images. They are split and padded to a fixed batch size as needed; a graph that quantizes activations by the range of
   * the whole batch receives one image at a time, so that no result depends on its batch.
   *
   * @param pixels (n, 3, H, W) normalized float32; read until the promise settles, not changed
   * @returns (n, d) as returned by the graph, without further normalization, in newly allocated memory
   * @throws InputError if onnxruntime fails, or an embedding has NaN or an infinity
   */
  encode(pixels: Float32Array, n: number): Promise<Float32Array>;
  /**
   * Embeds images together with texts, given as rows of token ids; null if the graph takes no texts. The results equal those of
   * `encode` if they are embeddings, and differ if they are scores of images against texts.
   */
  readonly encodeBeside:
    | ((
        pixels: Float32Array,
        n: number,
        texts: { readonly rows: readonly Int32Array[]; readonly padId: number },
      ) => Promise<Float32Array>)
    | null;
  /** Releases the graph; a second call does nothing. */
  close(): Promise<void>;
}

/** The text tower of a checkpoint. */
export interface TextEncoder {
  /** d, the width of an embedding. */
  readonly dimension: number;
  /** Maximum number of tokens of a text. */
  readonly contextLength: number;
  /**
   * Whether texts may be padded only to the longest of their batch instead of the context length: tested when the encoder is
   * opened, and for each length when it first occurs.
   */
  readonly variableLength: boolean;
  /**
   * Embeds texts as one batch (split and padded if the graph has a fixed batch size). With `variableLength` the cost of a batch
   * depends on its longest text, so callers sort texts by length.
   *
   * @param tokens n rows of token ids, each at most `contextLength` long, not padded
   * @returns (n, d) as returned by the graph, in newly allocated memory
   * @throws InputError if onnxruntime fails, or an embedding has NaN or an infinity
   */
  encode(tokens: readonly Int32Array[]): Promise<Float32Array>;
  /** Whether an embedding depends on the padding id. Runs the graph. */
  paddingTakesPart(): Promise<boolean>;
  /** Embeds texts together with synthetic images that differ from those of `encode`; null if the graph takes no images. */
  readonly encodeBeside: ((tokens: readonly Int32Array[]) => Promise<Float32Array>) | null;
  /** Releases the graph; a second call does nothing. */
  close(): Promise<void>;
}
