import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { runChild } from "./_child.ts";

export interface EvaluateSetting {
  readonly checkpoint: string;
  readonly variant?: string;
  /** folder of images in wnid folders */
  readonly images: string;
  /** folder for store and results; its text embeddings are reused, its image embeddings are not */
  readonly scratch: string;
}

export interface EvaluateRun {
  /** from start to end of the process */
  readonly seconds: number;
  readonly images: number;
  /** from `run.json`: only the pipeline, without start-up, hashing, text embeddings and scoring */
  readonly pipelineImagesPerSecond: number;
  /** Preprocessing as in `run.json` */
  readonly preprocessing: unknown;
  /** image → its best class and the cosine */
  readonly predictions: ReadonlyMap<string, { readonly top1: number; readonly score: number }>;
  /** size of predictions.csv in bytes */
  readonly predictionsBytes: number;
}

/** Runs a complete `shiftline evaluate` on ImageNet's 1000 classes with one template and new image embeddings. */
export function runEvaluate({ checkpoint, variant, images, scratch }: EvaluateSetting): EvaluateRun {
  const store = join(scratch, "store");
  const out = join(scratch, "results");
  rmSync(join(store, "images"), { recursive: true, force: true });
  rmSync(out, { recursive: true, force: true });
  const { seconds } = runChild(process.execPath, [
    ...["dist/cli.js", "evaluate", checkpoint, "--name", `timed=${checkpoint}`, "--data-dir", `imagenet=${images}`],
    ...["--allow-incomplete", "--templates", "single-1", "--store", store, "--out", out, "--quiet"],
    ...(variant === undefined ? [] : ["--variant", variant]),
  ]);
  const folder = join(out, "timed", "imagenet", "1000", "single-1");
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const text = readFileSync(join(folder, "predictions.csv"));
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  return {
    seconds,
    images: run.images.n,
    pipelineImagesPerSecond: run.images_per_second,
    preprocessing: run.checkpoint.preprocessing,
    predictions: new Map(
      rows.map((row) => [row.image as string, { top1: Number(row.top1), score: Number(row.score1) }]),
    ),
    predictionsBytes: text.length,
  };
}
