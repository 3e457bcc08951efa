import { InputError } from "../../foundation/errors.ts";
import { plural } from "../../foundation/number-text.ts";
import type { EvaluationPlan } from "./evaluation-plan.ts";
import { imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import type { TextPlan } from "./text-plan.ts";

/** Missing embeddings of a checkpoint: parts of a benchmark's images, or prompts. */
export interface MissingEmbeddings {
  /** name of the checkpoint */
  readonly checkpoint: string;
  /** null for missing prompts */
  readonly benchmark: string | null;
  /** positions of the missing parts, in order; empty for prompts */
  readonly parts: readonly number[];
  /** images or prompts without an embedding */
  readonly n: number;
  /** images or prompts needed; for prompts only the missing ones */
  readonly total: number;
}

/** Thrown if embeddings are missing that must not be made in this call. */
export class MissingEmbeddingsError extends InputError {
  /** what is missing, by checkpoint and benchmark */
  readonly missing: readonly MissingEmbeddings[];

  constructor(missing: readonly MissingEmbeddings[]) {
    super(`embeddings are missing, so nothing was scored: ${missing.map(describeMissing).join("; ")}`);
    this.missing = missing;
  }
}

/** Checks that every image and prompt of a plan is stored. @throws MissingEmbeddingsError */
export function checkNothingMissing({ texts, runs }: Pick<EvaluationPlan, "texts" | "runs">): void {
  const missing = [...texts.map(missingTexts), ...runs.map(missingImages)].filter(({ n }) => n > 0);
  if (missing.length > 0) throw new MissingEmbeddingsError(missing);
}

function missingTexts({ checkpoint, missing }: TextPlan): MissingEmbeddings {
  return { checkpoint: checkpoint.id, benchmark: null, parts: [], n: missing, total: missing };
}

function missingImages(run: PlannedRun): MissingEmbeddings {
  return {
    checkpoint: run.checkpoint.id,
    benchmark: run.benchmark.id,
    parts: run.missing.map((part) => part.index),
    n: imagesToEmbed([run]),
    total: run.manifest.images.length,
  };
}

/** "vit-b on imagenet: 37 of 123 images, in parts 1, 5-7". */
export function describeMissing({ checkpoint, benchmark, parts, n, total }: MissingEmbeddings): string {
  if (benchmark === null) return `${checkpoint}: ${plural(n, "prompt")}`;
  return `${checkpoint} on ${benchmark}: ${n} of ${total} images, in ${describeParts(parts)}`;
}

/** "part 3", "parts 0-2, 5, 7-511". */
export function describeParts(parts: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const part of parts) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === part - 1) last[1] = part;
    else ranges.push([part, part]);
  }
  const texts = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return `${parts.length === 1 ? "part" : "parts"} ${texts.join(", ")}`;
}
