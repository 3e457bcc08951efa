import type { Runtime } from "../../model/onnx/runtime.ts";
import { chunkSizes, embedChunks } from "../classifier/embed-prompts.ts";
import { belongsToShard, type Shard } from "../embedding/shard.ts";
import { openPromptStore, type PromptStore } from "../store/prompt-store.ts";
import { probePadding } from "./text-padding.ts";
import { promptLists, type TextPlan } from "./text-plan.ts";

/** The chunks of prompts that one shard embeds. */
export interface PromptShare {
  readonly shard: Shard;
  /** number of units of work before the first chunk */
  readonly before: number;
}

export interface EmbedMissingPromptsOptions {
  readonly runtime: Runtime;
  /** default: every chunk */
  readonly share?: PromptShare;
  /**
   * called with the prompts embedded, the total here (exact for the current list, a maximum for later ones), and the
   * checkpoint
   */
  readonly onProgress: (done: number, total: number, checkpoint: string) => void;
  readonly checkStopped: () => void;
}

/**
 * Embeds the missing prompts of classifiers that are not in the store. Each classifier contributes the prompts that no
 * earlier classifier of the checkpoint uses, so chunk boundaries are the same for every shard.
 *
 * @returns the number of prompts embedded
 */
export async function embedMissingPrompts(
  texts: readonly TextPlan[],
  { runtime, share, onProgress, checkStopped }: EmbedMissingPromptsOptions,
): Promise<number> {
  const lists = await listWork(texts, share);
  let ahead = lists.reduce((sum, { maxToEmbed: most }) => sum + most, 0);
  let done = 0;
  for (const { text, prompts, store, isOurs, maxToEmbed: most } of lists) {
    ahead -= most;
    const before = done;
    await embedChunks(text.checkpoint, prompts, {
      store,
      only: isOurs,
      ...runtime,
      checkStopped,
      onOpened: (encoder) => probePadding(text, encoder),
      onProgress: (here, total) => {
        done = before + here;
        onProgress(done, before + total + ahead, text.checkpoint.id);
      },
    });
  }
  return done;
}

/** A list of prompts, some of which are embedded here. */
interface PromptWork {
  readonly text: TextPlan;
  readonly prompts: readonly string[];
  readonly store: PromptStore;
  readonly isOurs: (chunk: number) => boolean;
  /** maximum number of prompts to embed: those of assigned chunks, some of which may be stored */
  readonly maxToEmbed: number;
}

async function listWork(texts: readonly TextPlan[], share: PromptShare | undefined): Promise<PromptWork[]> {
  const work: PromptWork[] = [];
  let position = share?.before ?? 0;
  for (const text of texts) {
    let store: PromptStore | null = null;
    for (const { prompts, isBuilt } of promptLists(text)) {
      const first = position;
      const isOurs = (chunk: number) => share === undefined || belongsToShard(share.shard, first + chunk);
      const sizes = chunkSizes(prompts.length);
      position += sizes.length;
      const assigned = sizes.reduce((sum, size, chunk) => sum + (isOurs(chunk) ? size : 0), 0);
      if (isBuilt || assigned === 0) continue;
      store ??= await openPromptStore(text.folder, text.key);
      const lacking = prompts.reduce((count, prompt) => count + (store?.has(prompt) ? 0 : 1), 0);
      if (lacking > 0) work.push({ text, prompts, store, isOurs, maxToEmbed: Math.min(assigned, lacking) });
    }
  }
  return work;
}
