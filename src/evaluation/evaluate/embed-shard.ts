import { checkWritable } from "../../foundation/files/atomic-write.ts";
import type { Shard } from "../embedding/shard.ts";
import { createAttempts } from "./attempts.ts";
import { copyPlannedParts } from "./copied-parts.ts";
import { embedMissingImages } from "./embed-missing-images.ts";
import { embedMissingPrompts } from "./embed-missing-prompts.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { planEvaluation } from "./evaluation-plan.ts";
import { imagesToEmbed } from "./planned-runs.ts";
import { handlersOf } from "./run-handlers.ts";
import { promptsToEmbed } from "./text-plan.ts";
import { trackProgress } from "./track-progress.ts";

/** Embeddings made by a shard in this call, not counting stored ones. */
export interface ShardResult {
  /** which shard of how many */
  readonly shard: Shard;
  /** images embedded, counted once per checkpoint */
  readonly imagesEmbedded: number;
  /** over all checkpoints: a prompt counts once for each */
  readonly promptsEmbedded: number;
  /** wall-clock time of the call */
  readonly seconds: number;
}

/**
 * Makes one shard's embeddings of prompts and images without scoring; `evaluate` with the same options merges the
 * shards. All inputs are read and checked as in `evaluate`. Shards may run in any order, concurrently, repeatedly, and
 * with different shard counts: the stored embeddings are the same.
 *
 * @throws InputError for mistakes that the caller can fix, before the long work begins
 */
export async function embedShard(options: EvaluateOptions, shard: Shard): Promise<ShardResult> {
  const startedAt = performance.now();
  const planned = await planEvaluation(options, { shard });
  const handlers = handlersOf(options);
  for (const note of planned.notes) handlers.note(note);
  const plan = await copyPlannedParts(planned, handlers);
  const images = imagesToEmbed(plan.runs);
  if (promptsToEmbed(plan.texts) + images > 0) await checkWritable(plan.storeRoot, "--store");
  const attempts = createAttempts(options);
  const progress = trackProgress(plan.runs, handlers, null);
  let promptsEmbedded = 0;
  await attempts.run("prompts", async () => {
    promptsEmbedded = await embedMissingPrompts(plan.texts, {
      runtime: plan.runtime,
      // Chunks of prompts are numbered after the images' units, so that the shards with one unit less get them first
      share: { shard, before: plan.imageUnits },
      checkStopped: handlers.checkStopped,
      onProgress: progress.prompts,
    });
  });
  const embedding = { attempts, signal: options.signal, onProgress: progress.images };
  for await (const _ of embedMissingImages(plan.runs, plan, embedding)) {
    // The parts are stored; the command that merges the shards scores them
  }
  attempts.finish();
  return { shard, imagesEmbedded: images, promptsEmbedded, seconds: (performance.now() - startedAt) / 1000 };
}
