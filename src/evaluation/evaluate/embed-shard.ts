import { checkWritable } from "../../foundation/files/atomic-write.ts";
import type { Shard } from "../embedding/shard.ts";
import { createAttempts } from "./attempts.ts";
import { embedPlanPrompts, planPrompts } from "./classifiers.ts";
import { embedRuns } from "./embed-runs.ts";
import { embedGroup, groupRuns, imagesToEmbed } from "./evaluate.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { type PlannedRun, planEvaluation } from "./evaluation-plan.ts";

/** What a shard made in this call; what was stored already is not counted. */
export interface ShardResult {
  readonly shard: Shard;
  /** over all checkpoints: an image counts once for each */
  readonly imagesEmbedded: number;
  readonly promptsEmbedded: number;
  readonly seconds: number;
}

/**
 * Makes one shard's embeddings, of prompts and images, and scores nothing: `evaluate` with the same options puts the
 * shards together. All inputs are read and checked as `evaluate` does. Shards may run in any order, at once, or twice, and of
 * different counts: what they store is the same.
 *
 * @throws InputError for what the caller can put right, before the long work begins
 */
export async function embedShard(options: EvaluateOptions, shard: Shard): Promise<ShardResult> {
  const begun = performance.now();
  const plan = await planEvaluation(options, shard);
  for (const note of plan.notes) options.onNote?.(note);
  const checkStopped = () => options.signal?.throwIfAborted();
  const attempts = createAttempts(options);
  const { total } = await planPrompts(plan);
  const images = plan.runs.reduce((sum, run) => sum + imagesToEmbed(run), 0);
  if (total + images > 0) await checkWritable(plan.storeRoot, "--store");
  let promptsEmbedded = 0;
  await attempts.run("prompts", async () => {
    promptsEmbedded = await embedPlanPrompts(plan, {
      // Chunks of prompts are dealt after the images' units, so that the shards with one unit less get them first
      shard: { shard, before: plan.imageUnits },
      checkStopped,
      onProgress: (done, share) => options.onProgress?.({ phase: "prompts", done, total: share, imagesAhead: images }),
    });
  });
  let before = 0;
  const embed = (group: readonly PlannedRun[]) =>
    embedGroup(group, plan, options, checkStopped, (done) =>
      options.onProgress?.({ phase: "images", done: before + done, total: images, imagesAhead: 0 }),
    );
  for await (const { runs } of embedRuns(groupRuns(plan), { attempts, signal: options.signal, embed })) {
    before += runs.reduce((sum, run) => sum + imagesToEmbed(run), 0);
  }
  attempts.finish();
  return { shard, imagesEmbedded: images, promptsEmbedded, seconds: (performance.now() - begun) / 1000 };
}
