import type { Checkpoint } from "../checkpoint/open-checkpoint.ts";
import { InputError } from "../input-error.ts";
import { type Matrix, matrix } from "../math/matrix.ts";
import type { PromptStore } from "./prompt-store.ts";

/** Prompts a batch: at CLIP's own length of about 16 tokens larger batches gain nothing. */
const BATCH = 64;
/** Prompts a stored file: a run that is killed loses less than this. */
const STORED_TOGETHER = 2048;

export interface EmbedPromptsOptions {
  /** where embeddings are kept and looked up; without it they are computed and not kept */
  readonly store?: PromptStore;
  readonly threads?: number;
  /** called after each batch with the prompts done and to do in this call, stored ones not counted */
  readonly onProgress?: (done: number, total: number) => void;
  /** asked before each batch; throws to stop */
  readonly checkStopped?: () => void;
}

/**
 * Text embeddings of unique prompts, as the graph gives them, (n, d), in the order of the prompts.
 * Each prompt is tokenized once; batches are of similar length where the checkpoint's own length is proved.
 *
 * @throws InputError if the checkpoint has no text encoder or tokenizer
 */
export async function embedPrompts(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  options: EmbedPromptsOptions = {},
): Promise<Matrix> {
  const { store } = options;
  const missing = store === undefined ? prompts : prompts.filter((prompt) => !store.has(prompt));
  const embeddings = new Map<string, Float32Array>();
  if (missing.length > 0) await computePrompts(checkpoint, missing, options, embeddings);
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

async function computePrompts(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  options: EmbedPromptsOptions,
  into: Map<string, Float32Array>,
): Promise<void> {
  const { tokenizer } = checkpoint;
  if (tokenizer === null)
    throw new InputError(`${checkpoint.path}: it has no text encoder, so no classifier can be built`);
  const encoder = await checkpoint.openTextEncoder(options.threads === undefined ? {} : { threads: options.threads });
  try {
    const tokens = prompts.map((prompt) => tokenizer.encode(prompt, encoder.contextLength));
    const order = prompts.map((_, i) => i);
    if (encoder.ownLength) order.sort((a, b) => tokens[a]!.length - tokens[b]!.length || a - b);
    for (let from = 0; from < order.length; from += STORED_TOGETHER) {
      const chunk = order.slice(from, from + STORED_TOGETHER);
      const data = new Float32Array(chunk.length * encoder.dimension);
      for (let start = 0; start < chunk.length; start += BATCH) {
        options.checkStopped?.();
        const batch = chunk.slice(start, start + BATCH);
        data.set(await encoder.encode(batch.map((i) => tokens[i] as Int32Array)), start * encoder.dimension);
        options.onProgress?.(from + start + batch.length, order.length);
      }
      const embeddings: Matrix = { data, rows: chunk.length, columns: encoder.dimension };
      const texts = chunk.map((i) => prompts[i] as string);
      await options.store?.add(texts, embeddings);
      for (const [r, text] of texts.entries()) {
        into.set(text, data.subarray(r * encoder.dimension, (r + 1) * encoder.dimension));
      }
    }
  } finally {
    await encoder.close();
  }
}
