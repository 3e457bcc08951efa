import type { Manifest } from "../../data/dataset/manifest.ts";
import { embedPrompts } from "../../evaluation/classifier/embed-prompts.ts";
import { embedImages } from "../../evaluation/embedding/embed-images.ts";
import { planEncoderThreads } from "../../evaluation/embedding/encoder-threads.ts";
import { missingPrompts, planPrompts } from "../../evaluation/evaluate/classifiers.ts";
import { imagesToEmbed } from "../../evaluation/evaluate/evaluate.ts";
import type { EvaluateOptions } from "../../evaluation/evaluate/evaluate-options.ts";
import { type EvaluationPlan, type PlannedRun, planEvaluation } from "../../evaluation/evaluate/evaluation-plan.ts";
import type { PartStore } from "../../evaluation/store/part-store.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";
import { formatDuration } from "./progress-line.ts";

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

export interface DryRun {
  readonly rows: readonly DryRunRow[];
  readonly prompts: readonly {
    readonly checkpoint: string;
    readonly promptsToEmbed: number;
    readonly seconds: number;
  }[];
  readonly seconds: number;
  /** threads it was measured with */
  readonly threads: number;
  /** units of work that `--shard` deals out: parts of images, for groups of checkpoints */
  readonly units: number;
}

/** Batches that each thread runs to learn the speed, after one that is not counted. */
const PROBE_BATCHES = 2;
const PROBE_PROMPTS = 192;

/** Plans an evaluation, runs a few batches of it to learn its speed, and writes nothing. */
export async function dryRun(options: EvaluateOptions): Promise<DryRun> {
  const plan = await planEvaluation(options, undefined, false);
  for (const note of plan.notes) options.onNote?.(note);
  const { missing } = await planPrompts(plan);
  const prompts: { checkpoint: string; promptsToEmbed: number; seconds: number }[] = [];
  for (const checkpoint of missing.keys()) {
    const texts = await missingPrompts(plan, checkpoint);
    const perPrompt = texts.length === 0 ? 0 : await secondsPerPrompt(checkpoint, texts, plan.threads);
    prompts.push({ checkpoint: checkpoint.id, promptsToEmbed: texts.length, seconds: perPrompt * texts.length });
  }
  const rows: DryRunRow[] = [];
  const known = new Map<Checkpoint, number>();
  for (const run of plan.runs) {
    const toEmbed = imagesToEmbed(run);
    const speed = toEmbed === 0 ? 0 : (known.get(run.checkpoint) ?? (await secondsPerImage(plan, run)));
    if (toEmbed > 0) known.set(run.checkpoint, speed);
    rows.push({
      checkpoint: run.checkpoint.id,
      benchmark: run.benchmark.id,
      images: run.manifest.images.length,
      imagesToEmbed: toEmbed,
      bytes: bytesToRead(run),
      seconds: speed * toEmbed,
    });
  }
  const seconds = [...prompts, ...rows].reduce((sum, row) => sum + row.seconds, 0);
  return { rows, prompts, seconds, threads: plan.threads, units: plan.imageUnits };
}

/** What a dry run found, for people. */
export function formatDryRun(result: DryRun): string {
  const images = formatTextTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "benchmark", align: "left" },
      { title: "images", align: "right" },
      { title: "to embed", align: "right" },
      { title: "MB to read", align: "right" },
      { title: "time", align: "left" },
    ],
    result.rows.map((row) => [
      row.checkpoint,
      row.benchmark,
      String(row.images),
      String(row.imagesToEmbed),
      (row.bytes / 1e6).toFixed(1),
      formatDuration(row.seconds),
    ]),
  );
  const prompts = result.prompts.map(
    (row) => `${row.checkpoint}: ${row.promptsToEmbed} prompts to embed, ${formatDuration(row.seconds)}`,
  );
  return `${images}\n${prompts.join("\n")}\nabout ${formatDuration(result.seconds)} in all; nothing was written\n`;
}

function bytesToRead(run: PlannedRun): number {
  return run.missing.reduce((sum, part) => {
    const images = run.manifest.images.slice(part.first, part.first + part.rows);
    return images.reduce((bytes, image) => bytes + image.bytes, sum);
  }, 0);
}

async function secondsPerPrompt(checkpoint: Checkpoint, texts: readonly string[], threads: number): Promise<number> {
  // Spread over the list, so that short and long prompts are among them
  const step = Math.max(1, Math.floor(texts.length / PROBE_PROMPTS));
  const probe = texts.filter((_, i) => i % step === 0).slice(0, PROBE_PROMPTS);
  return rateOf((onProgress) => embedPrompts(checkpoint, probe, { threads, onProgress }));
}

async function secondsPerImage(plan: EvaluationPlan, run: PlannedRun): Promise<number> {
  const side = planEncoderThreads([run.checkpoint], plan).count;
  const n = Math.min(plan.batchSize * side * (1 + PROBE_BATCHES), run.manifest.images.length);
  const manifest: Manifest = {
    ...run.manifest,
    images: run.manifest.images.pick(Int32Array.from({ length: n }, (_, at) => at)),
  };
  const part = { index: 0, first: 0, rows: n };
  const store: PartStore = { ...run.store, parts: [part], write: async () => {} };
  const targets = [{ checkpoint: run.checkpoint, border: run.border, store, parts: [part] }];
  const { threads, batchSize, modelMemory } = plan;
  return rateOf(
    (onProgress) =>
      embedImages(manifest, targets, { threads, batchSize, modelMemory, skipUnreadable: true, onProgress }),
    side,
  );
}

/**
 * Seconds an item, without the warming up.
 *
 * @param side  batches that run side by side: so many reports of progress hold the warming up
 */
async function rateOf(work: (onProgress: (done: number) => void) => Promise<unknown>, side = 1): Promise<number> {
  const begun = performance.now();
  let first: { done: number; at: number } | null = null;
  let last = { done: 0, at: begun };
  let reports = 0;
  await work((done) => {
    last = { done, at: performance.now() };
    if (++reports === side) first = last;
  });
  const from = first !== null && (first as { done: number }).done < last.done ? first : { done: 0, at: begun };
  return (last.at - from.at) / 1000 / Math.max(last.done - from.done, 1);
}
