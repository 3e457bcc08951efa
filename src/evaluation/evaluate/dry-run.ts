import { groupRuns } from "./embed-missing-images.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { type EvaluationPlan, planEvaluation } from "./evaluation-plan.ts";
import { measureImages, measurePrompts } from "./measure-speed.ts";
import { imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import { missingPrompts } from "./text-plan.ts";

export interface DryRunRow {
  readonly checkpoint: string;
  readonly benchmark: string;
  /** protocols scored on these images */
  readonly protocols: readonly string[];
  /** available images of the benchmark, and those still to embed */
  readonly images: number;
  readonly imagesToEmbed: number;
  /** bytes to read */
  readonly bytes: number;
  /** estimated seconds, from a few measured batches */
  readonly seconds: number;
}

export interface DryRunPrompts {
  readonly checkpoint: string;
  readonly promptsToEmbed: number;
  readonly seconds: number;
}

/** Work of an evaluation and its estimated duration. */
export interface DryRun {
  readonly rows: readonly DryRunRow[];
  readonly prompts: readonly DryRunPrompts[];
  readonly seconds: number;
  /** threads used for the measurement */
  readonly threads: number;
  /** units of work that `--shard` divides: parts of images, for groups of checkpoints */
  readonly units: number;
}

/**
 * Plans an evaluation without running it: embeds a few batches to measure the speed, and writes nothing.
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

/**
 * Estimates the time per image. Runs that are embedded together are measured together, because each image is decoded
 * once for all of them. The same checkpoints are assumed to be equally fast on other benchmarks.
 */
async function estimateImages(plan: EvaluationPlan): Promise<DryRunRow[]> {
  const perImage = new Map<PlannedRun, number>();
  const measured = new Map<string, number>();
  for (const group of groupRuns(plan.runs, plan.modelMemory)) {
    const lacking = group.filter(({ missing }) => missing.length > 0);
    if (lacking.length === 0) continue;
    const key = lacking.map(({ checkpoint }) => checkpoint.id).join("\n");
    const seconds = measured.get(key) ?? (await measureImages(lacking, plan));
    measured.set(key, seconds);
    for (const run of lacking) perImage.set(run, seconds);
  }
  return plan.runs.map((run) => {
    const { checkpoint, benchmark, manifest, results } = run;
    const toEmbed = imagesToEmbed([run]);
    return {
      checkpoint: checkpoint.id,
      benchmark: benchmark.id,
      protocols: [...new Set(results.map(({ protocol }) => protocol.id))],
      images: manifest.images.length,
      imagesToEmbed: toEmbed,
      bytes: bytesToRead(run),
      seconds: (perImage.get(run) ?? 0) * toEmbed,
    };
  });
}

function bytesToRead({ missing, known, manifest }: PlannedRun): number {
  return missing.reduce((sum, { first, rows }) => {
    const images = manifest.images.slice(first, first + rows).filter((_, row) => !known.has(first + row));
    return images.reduce((bytes, image) => bytes + image.bytes, sum);
  }, 0);
}
