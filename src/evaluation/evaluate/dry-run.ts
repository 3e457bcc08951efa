import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { type EvaluationPlan, planEvaluation } from "./evaluation-plan.ts";
import { measureImages, measurePrompts } from "./measure-speed.ts";
import { imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import { missingPrompts } from "./text-plan.ts";

export interface DryRunRow {
  readonly checkpoint: string;
  readonly benchmark: string;
  /** images of the benchmark at hand, and of them those still to embed */
  readonly images: number;
  readonly imagesToEmbed: number;
  /** bytes to read */
  readonly bytes: number;
  /** seconds, from a few batches run now */
  readonly seconds: number;
}

export interface DryRunPrompts {
  readonly checkpoint: string;
  readonly promptsToEmbed: number;
  readonly seconds: number;
}

/** What an evaluation would do, and how long it would take. */
export interface DryRun {
  readonly rows: readonly DryRunRow[];
  readonly prompts: readonly DryRunPrompts[];
  readonly seconds: number;
  /** threads it was measured with */
  readonly threads: number;
  /** units of work that `--shard` shares out: parts of images, for groups of checkpoints */
  readonly units: number;
}

/**
 * Plans an evaluation and does not run it: a few batches are embedded to learn the speed, and nothing is written.
 *
 * @throws InputError as `evaluate` does before its long work
 */
export async function dryRun(options: EvaluateOptions): Promise<DryRun> {
  const plan = await planEvaluation(options, { readOnly: true });
  for (const note of plan.notes) options.onNote?.(note);
  const prompts = await estimatePrompts(plan);
  const rows = await estimateImages(plan);
  const seconds = [...prompts, ...rows].reduce((sum, row) => sum + row.seconds, 0);
  return { rows, prompts, seconds, threads: plan.runtime.threads, units: plan.imageUnits };
}

async function estimatePrompts({ texts, runtime }: EvaluationPlan): Promise<DryRunPrompts[]> {
  const rows: DryRunPrompts[] = [];
  for (const text of texts) {
    const { checkpoint } = text;
    const prompts = await missingPrompts(text);
    const perPrompt = prompts.length === 0 ? 0 : await measurePrompts(checkpoint, prompts, runtime);
    rows.push({ checkpoint: checkpoint.id, promptsToEmbed: prompts.length, seconds: perPrompt * prompts.length });
  }
  return rows;
}

/** A checkpoint is measured on the first images it lacks. */
async function estimateImages(plan: EvaluationPlan): Promise<DryRunRow[]> {
  const rows: DryRunRow[] = [];
  const measured = new Map<Checkpoint, number>();
  for (const run of plan.runs) {
    const { checkpoint, benchmark, manifest } = run;
    const toEmbed = imagesToEmbed([run]);
    const perImage = toEmbed === 0 ? 0 : (measured.get(checkpoint) ?? (await measureImages(run, plan)));
    if (toEmbed > 0) measured.set(checkpoint, perImage);
    rows.push({
      checkpoint: checkpoint.id,
      benchmark: benchmark.id,
      images: manifest.images.length,
      imagesToEmbed: toEmbed,
      bytes: bytesToRead(run),
      seconds: perImage * toEmbed,
    });
  }
  return rows;
}

function bytesToRead({ missing, manifest }: PlannedRun): number {
  return missing.reduce((sum, { first, rows }) => {
    return manifest.images.slice(first, first + rows).reduce((bytes, image) => bytes + image.bytes, sum);
  }, 0);
}
