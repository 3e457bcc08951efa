import { InputError } from "../../foundation/errors.ts";
import { type Matrix, matrix } from "../../foundation/math/matrix.ts";
import type { EncoderOptions, TextEncoder } from "../../model/checkpoint/encoders.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { PromptStore } from "../store/prompt-store.ts";

/** Prompts per batch: at typical lengths of about 16 tokens, larger batches are not faster. */
const BATCH = 64;
/** Prompts per chunk, which is embedded and stored as a unit; a killed run loses less than one chunk. */
const CHUNK = 2048;

/** Options of embedding prompts. */
export interface EmbedPromptsOptions extends EncoderOptions {
  /** folder of stored embeddings; if undefined, embeddings are computed but not stored */
  readonly store?: PromptStore;
  /** called after each batch with the number of prompts done and their total, not counting stored ones */
  readonly onProgress?: (done: number, total: number) => void;
  /** called before each batch; throws to stop */
  readonly checkStopped?: () => void;
}

/**
 * Computes text embeddings of unique prompts, (n, d), in the order of the prompts, not normalized. Each prompt is
 * tokenized once. If the checkpoint supports variable length, batches contain prompts of similar length.
 *
 * @throws InputError if the checkpoint has no text encoder or tokenizer
 */
export async function embedPrompts(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  options: EmbedPromptsOptions = {},
): Promise<Matrix> {
  const { store } = options;
  const embeddings = new Map<string, Float32Array>();
  if (store === undefined || prompts.some((prompt) => !store.has(prompt))) {
    await embedChunks(checkpoint, prompts, options, (texts, { data, columns }) => {
      for (const [r, text] of texts.entries()) embeddings.set(text, data.subarray(r * columns, (r + 1) * columns));
    });
  }
  const stored = prompts.filter((prompt) => !embeddings.has(prompt));
  if (store !== undefined && stored.length > 0) {
    for (const [i, embedding] of (await store.read(stored)).entries()) embeddings.set(stored[i] as string, embedding);
  }
  return stackRows(prompts.map((prompt) => embeddings.get(prompt) as Float32Array));
}

function stackRows(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  for (const [r, values] of rows.entries()) data.set(values, r * columns);
  return matrix(data, rows.length, columns);
}

/** Returns the sizes of the chunks of a list of n prompts. */
export function chunkSizes(n: number): number[] {
  return Array.from({ length: Math.ceil(n / CHUNK) }, (_, c) => Math.min(CHUNK, n - c * CHUNK));
}

export interface EmbedChunksOptions extends EmbedPromptsOptions {
  /** selects chunks to embed, by position; default: all */
  readonly only?: (chunk: number) => boolean;
  /** called with the text encoder before its first batch */
  readonly onOpened?: (encoder: TextEncoder) => Promise<unknown>;
}

/**
 * Embeds the missing prompts of a list of unique prompts, chunk by chunk. Chunks and batches depend only on the list
 * and on what was stored beforehand, so the numbers do not depend on which process embeds which chunk, or when.
 *
 * @param visit  called with each chunk's texts (n) and their embeddings (n, d)
 * @throws InputError if the checkpoint has no text encoder or tokenizer
 */
export async function embedChunks(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  options: EmbedChunksOptions,
  visit?: (texts: readonly string[], embeddings: Matrix) => void,
): Promise<void> {
  const { tokenizer } = checkpoint;
  if (tokenizer === null) throw new InputError(`${checkpoint.path}: no text encoder, so no classifier can be built`);
  const encoder = await checkpoint.openTextEncoder(options);
  try {
    await options.onOpened?.(encoder);
    const tokens = prompts.map((prompt) => tokenizer.encode(prompt, encoder.contextLength));
    const order = prompts.map((_, i) => i);
    if (encoder.variableLength) order.sort((a, b) => tokens[a]!.length - tokens[b]!.length || a - b);
    const chunks = missingChunks(prompts, order, options);
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    let before = 0;
    for (const chunk of chunks) {
      const data = new Float32Array(chunk.length * encoder.dimension);
      for (let start = 0; start < chunk.length; start += BATCH) {
        options.checkStopped?.();
        const batch = chunk.slice(start, start + BATCH);
        data.set(await encoder.encode(batch.map((i) => tokens[i] as Int32Array)), start * encoder.dimension);
        options.onProgress?.(before + start + batch.length, total);
      }
      before += chunk.length;
      const embeddings: Matrix = { data, rows: chunk.length, columns: encoder.dimension };
      const texts = chunk.map((i) => prompts[i] as string);
      await checkpoint.checkUnchanged(); // the encoder was loaded long after hashing; check that its files are unchanged
      await options.store?.add(texts, embeddings);
      visit?.(texts, embeddings);
    }
  } finally {
    await encoder.close();
  }
}

/** Returns the chunks to embed without stored prompts; empty chunks are dropped. */
function missingChunks(prompts: readonly string[], order: readonly number[], options: EmbedChunksOptions): number[][] {
  const { store, only } = options;
  return chunkSizes(order.length)
    .map((_, c) => c)
    .filter((c) => only === undefined || only(c))
    .map((c) => order.slice(c * CHUNK, (c + 1) * CHUNK).filter((i) => !store?.has(prompts[i] as string)))
    .filter((chunk) => chunk.length > 0);
}
