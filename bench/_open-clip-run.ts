import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { findPython, lastJson, runChild } from "./_child.ts";
import type { EvaluateRun } from "./_evaluate-run.ts";
import type { Agreement } from "./_peer-round.ts";
import type { Timed } from "./_rates.ts";

/** CLIP_benchmark's defaults. */
export const OPEN_CLIP_BATCH = 64;
export const OPEN_CLIP_WORKERS = 4;

export interface OpenClipRun extends Timed {
  /** of the whole process, without making the classifier */
  readonly processSeconds: number;
  readonly classifierSeconds: number | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly predictions: ReadonlyMap<string, { readonly top1: number; readonly margin: number }>;
}

/** Runs bench/peers/open_clip_eval.py; null without SHIFTLINE_ORACLE. The classifier is kept in `scratch`. */
export function runOpenClip(
  folder: string,
  images: string,
  scratch: string,
  precision: "float32" | "bf16",
): OpenClipRun | null {
  const python = findPython();
  if (python === null) return null;
  const out = join(scratch, `open-clip-${precision}.csv`);
  const { stdout, seconds } = runChild(python, [
    ...["bench/peers/open_clip_eval.py", folder, images, "--prompts", "prompts", "--precision", precision],
    ...["--batch", String(OPEN_CLIP_BATCH), "--workers", String(OPEN_CLIP_WORKERS)],
    ...["--classifier", join(scratch, "open-clip-classifier.pt"), "--out", out],
  ]);
  const told = lastJson(stdout) as Omit<OpenClipRun, "processSeconds" | "predictions">;
  const rows = parse(readFileSync(out), { columns: true }) as Record<string, string>[];
  return {
    ...told,
    processSeconds: seconds - (told.classifierSeconds ?? 0),
    predictions: new Map(
      rows.map((row) => [
        row.image as string,
        { top1: Number(row.top1), margin: Number(row.score1) - Number(row.score2) },
      ]),
    ),
  };
}

/** Compares predictions of the images that both have. */
export function compareWithOpenClip(
  precision: "float32" | "bf16",
  ours: EvaluateRun["predictions"],
  theirs: OpenClipRun["predictions"],
): Agreement {
  const common = [...theirs].filter(([image]) => ours.has(image));
  if (common.length !== theirs.size) throw new Error(`open_clip saw ${theirs.size} images, ${common.length} of ours`);
  const differing = common.filter(([image, { top1 }]) => ours.get(image)?.top1 !== top1);
  return {
    precision,
    images: common.length,
    equal: common.length - differing.length,
    classes: new Set([...ours.values()].map(({ top1 }) => top1)).size,
    widestMargin: Math.max(0, ...differing.map(([, { margin }]) => margin)),
  };
}
