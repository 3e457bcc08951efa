import type { Runtime } from "../onnx/runtime.ts";

/** How an encoder is opened: what runs its graph; threads are for one operation, the machine's cores when not given. */
export type EncoderOptions = Partial<Runtime>;

/** The image tower of a checkpoint. Its `encode` blocks the JavaScript thread while onnxruntime computes. */
export interface ImageEncoder {
  /** d, the width of an embedding. */
  readonly dimension: number;
  /** The graph's fixed batch, null where it takes any. */
  readonly batchSize: number | null;
  /** Element type of the pixels that the graph takes: "float32", "float16" or "float64". */
  readonly precision: string;
  /**
   * Embeds images. A fixed batch is split and padded as needed; a graph that quantises its activations by the range of
   * the whole batch gets one image at a time, so that no result depends on its batch.
   *
   * @param pixels (n, 3, H, W) normalised float32; read until the promise is settled, not changed
   * @returns (n, d) as the graph gives them, not normalised by us, in memory of their own
   * @throws InputError if onnxruntime fails, or an embedding has NaN or an infinity
   */
  encode(pixels: Float32Array, n: number): Promise<Float32Array>;
  /**
   * The same with these texts beside the images, rows of token ids; null where the graph takes no texts. Embeddings are equal to those
   * of `encode`; scores of the images against the texts are not.
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
  /** Most tokens of a text. */
  readonly contextLength: number;
  /**
   * Whether texts may be cut to the longest of their batch: proved at open time, and of each length when it first occurs;
   * else they are padded to the context.
   */
  readonly variableLength: boolean;
  /**
   * Embeds texts as one batch (split and padded where the graph has a fixed batch). With `ownLength` a batch costs as
   * much as its longest text, so callers sort by length.
   *
   * @param tokens n rows of token ids, each at most `contextLength` long, not padded
   * @returns (n, d) as the graph gives them, in memory of their own
   * @throws InputError if onnxruntime fails, or an embedding has NaN or an infinity
   */
  encode(tokens: readonly Int32Array[]): Promise<Float32Array>;
  /** Whether an embedding depends on the id that its text is padded with. Runs the graph. */
  paddingTakesPart(): Promise<boolean>;
  /** The same with made-up images beside the texts, others than in `encode`; null where the graph takes no images. */
  readonly encodeBeside: ((tokens: readonly Int32Array[]) => Promise<Float32Array>) | null;
  /** Releases the graph; a second call does nothing. */
  close(): Promise<void>;
}
