import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { findPython, lastJson, runChild } from "./_child.ts";
import type { EvaluateRun } from "./_evaluate-run.ts";
import type { Agreement } from "./_peer-round.ts";
import type { Timed } from "./_rates.ts";

export type Precision = "float32" | "bf16";

/** Settings of open_clip's run. */
export interface OpenClipSetting {
  readonly batch: number;
  /** number of DataLoader processes */
  readonly workers: number;
  /** PyTorch's threads per operation */
  readonly threads: number;
}

/** Tested settings for one precision with their durations in seconds, the fastest first. */
export interface OpenClipTuning {
  readonly images: number;
  /** null if the classifier was read */
  readonly classifierSeconds: number | null;
  readonly tried: readonly (OpenClipSetting & { readonly seconds: number })[];
}

export interface OpenClipRun extends Timed {
  /** of the whole process, without creating the classifier */
  readonly processSeconds: number;
  readonly classifierSeconds: number | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly predictions: ReadonlyMap<string, { readonly top1: number; readonly margin: number }>;
}

/** The evaluation of open_clip; its classifier is kept in `scratch`. */
export interface OpenClipWork {
  readonly folder: string;
  readonly images: string;
  readonly scratch: string;
}

/** Tests open_clip's settings on the images of the rounds; null without SHIFTLINE_ORACLE. */
export function tuneOpenClip(work: OpenClipWork, precision: Precision): OpenClipTuning | null {
  const python = findPython();
  if (python === null) return null;
  const { stdout } = runChild(python, [...workArguments(work, precision), "--tune"]);
  const { images, tried, classifierSeconds } = lastJson(stdout) as OpenClipTuning;
  return { images, classifierSeconds, tried: [...tried].sort((a, b) => a.seconds - b.seconds) };
}

/** Evaluates with one setting; null without SHIFTLINE_ORACLE. */
export function runOpenClip(
  work: OpenClipWork,
  precision: Precision,
  { batch, workers, threads }: OpenClipSetting,
): OpenClipRun | null {
  const python = findPython();
  if (python === null) return null;
  const out = join(work.scratch, `open-clip-${precision}.csv`);
  const { stdout, seconds } = runChild(python, [
    ...workArguments(work, precision),
    ...["--batch", String(batch), "--workers", String(workers), "--threads", String(threads), "--out", out],
  ]);
  const result = lastJson(stdout) as Omit<OpenClipRun, "processSeconds" | "predictions">;
  const rows = parse(readFileSync(out), { columns: true }) as Record<string, string>[];
  return {
    ...result,
    processSeconds: seconds - (result.classifierSeconds ?? 0),
    predictions: new Map(
      rows.map((row) => [
        row.image as string,
        { top1: Number(row.top1), margin: Number(row.score1) - Number(row.score2) },
      ]),
    ),
  };
}

function workArguments({ folder, images, scratch }: OpenClipWork, precision: Precision): string[] {
  const classifier = join(scratch, "open-clip-classifier.pt");
  return [
    ...["bench/peers/open_clip_eval.py", folder, images, "--prompts", "prompts"],
    ...["--precision", precision, "--classifier", classifier],
  ];
}

/** Compares the predictions of images that both have. */
export function compareWithOpenClip(
  precision: Precision,
  ours: EvaluateRun["predictions"],
  theirs: OpenClipRun["predictions"],
): Agreement {
  const common = [...theirs].filter(([image]) => ours.has(image));
  if (common.length !== theirs.size)
    throw new Error(`open_clip evaluated ${theirs.size} images, ${common.length} of them in common`);
  const differing = common.filter(([image, { top1 }]) => ours.get(image)?.top1 !== top1);
  return {
    precision,
    images: common.length,
    equal: common.length - differing.length,
    classes: new Set([...ours.values()].map(({ top1 }) => top1)).size,
    widestMargin: Math.max(0, ...differing.map(([, { margin }]) => margin)),
  };
}
