import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import type { PromptSet } from "../classifier/prompt-set.ts";
import type { ShardableRun } from "../embedding/assign-parts.ts";
import type { ImageContents } from "../embedding/image-contents.ts";
import type { ExistingResult } from "../results/existing-result.ts";
import { checkReplaceable } from "../results/replaceable-result.ts";
import { resultFolder } from "../results/result-folder.ts";
import type { Recipe } from "../results/run-file.ts";
import { openPartStore, type Part, type PartStore } from "../store/part-store.ts";
import type { PlannedImages } from "./planned-images.ts";
import type { PlannedProtocol } from "./planned-protocols.ts";

/** A checkpoint on images of one benchmark with the same pre-crop: the embeddings to make and the results to write. */
export interface PlannedRun {
  readonly checkpoint: Checkpoint;
  readonly benchmark: Benchmark;
  /** pixels cropped from each side of an image before preprocessing */
  readonly preCrop: number;
  readonly manifest: Manifest;
  readonly store: PartStore;
  /** contents of the manifest's images, shared by the runs on them */
  readonly contents: ImageContents;
  /** parts to embed; in a shard's plan, only those of the shard */
  readonly missing: readonly Part[];
  /** parts to copy from stored embeddings of the same images in another list; likewise */
  readonly copies: readonly Part[];
  /** position → SHA-256 of images in missing parts whose embeddings are copied from another list */
  readonly known: ReadonlyMap<number, string>;
  readonly results: readonly PlannedResult[];
}

/** A run before its missing parts are determined. */
export type OpenedRun = Omit<PlannedRun, "missing" | "copies" | "known">;

/** One protocol with one set of prompts. */
export interface PlannedResult extends PlannedProtocol {
  readonly prompts: PromptSet;
  readonly key: EvaluationKey;
  readonly folder: string;
  readonly recipe: Recipe;
  /**
   * the folder contains a result that differs only in its list of images; whether the images are the same depends on
   * their contents
   */
  readonly isListedOtherwise: boolean;
  /** an existing result of the same images, which is kept */
  readonly existing?: ExistingResult;
}

export interface OpenRunOptions {
  /** results folder */
  readonly out: string;
  readonly storeRoot: string;
  /** images per part */
  readonly partSize: number;
  readonly runtime: RuntimeKind;
}

/**
 * Plans a checkpoint's results on a benchmark's images, and opens the store of its embeddings.
 *
 * @throws InputError if an existing result was made with other settings
 */
export async function openRun(
  checkpoint: Checkpoint,
  images: PlannedImages,
  { out, storeRoot, partSize, runtime }: OpenRunOptions,
): Promise<OpenedRun> {
  const { benchmark, preCrop, manifest, contents } = images;
  const results = planResults(images, checkpoint, { out, runtime });
  const definitionFile = images.isUserDefined ? benchmark.path : null;
  const checked: PlannedResult[] = [];
  for (const result of results) {
    const { folder, recipe, key, space } = result;
    const scored = manifest.images.withLabels((label) => space.accepted[label] !== null).length;
    const isListedOtherwise = await checkReplaceable(folder, { key, recipe, images: scored, definitionFile });
    checked.push({ ...result, isListedOtherwise });
  }
  const store = await openPartStore(storeRoot, { checkpoint, preCrop, manifest, runtime }, partSize);
  return { checkpoint, benchmark, preCrop, manifest, store, contents, results: checked };
}

function planResults(
  { benchmark, manifest, protocols, promptSets }: PlannedImages,
  checkpoint: Checkpoint,
  { out, runtime }: Pick<OpenRunOptions, "out" | "runtime">,
): Omit<PlannedResult, "isListedOtherwise">[] {
  return protocols.flatMap((planned) =>
    promptSets.map((prompts) => {
      const key: EvaluationKey = {
        checkpoint: checkpoint.id,
        benchmark: benchmark.id,
        protocol: planned.protocol.id,
        templates: prompts.id,
        classNames: planned.classNames.id,
      };
      const recipe: Recipe = {
        fingerprint: checkpoint.fingerprint,
        preprocessing: checkpoint.preprocessing,
        benchmark_version: benchmark.version,
        definition: planned.definition,
        manifest_sha256: manifest.sha256,
        templates_sha256: prompts.sha256,
        class_names_sha256: planned.classNames.sha256,
        text_sha256: checkpoint.text?.sha256 ?? null,
        provider: runtime.provider,
        precision: runtime.precision,
      };
      return { ...planned, key, prompts, folder: resultFolder(out, key, planned.defaultClassNames), recipe };
    }),
  );
}

/** Returns the properties that determine a run's units of work for shards. */
export function unitsOf({ manifest, store, checkpoint }: OpenedRun): ShardableRun {
  const partSize = store.parts[0]?.rows ?? 0;
  return {
    images: JSON.stringify([manifest.sha256, manifest.root, partSize]),
    bytes: checkpoint.files.reduce((sum, file) => sum + file.bytes, 0),
    parts: store.parts,
  };
}

/** Returns the distinct checkpoints of runs, in order. */
export function checkpointsOf(runs: readonly Pick<PlannedRun, "checkpoint">[]): Checkpoint[] {
  return [...new Set(runs.map(({ checkpoint }) => checkpoint))];
}

/** Counts the images that runs must still embed, once per checkpoint. */
export function imagesToEmbed(runs: readonly Pick<PlannedRun, "missing" | "known">[]): number {
  return runs.reduce(
    (sum, { missing, known }) => missing.reduce((images, part) => images + part.rows, sum) - known.size,
    0,
  );
}

/** Formats runs for messages: "vit-b on imagenet, vit-b on imagenet-r". */
export function nameRuns(runs: readonly RunName[]): string {
  return runs.map(({ checkpoint, benchmark }) => `${checkpoint.id} on ${benchmark.id}`).join(", ");
}

export interface RunName {
  readonly checkpoint: { readonly id: string };
  readonly benchmark: { readonly id: string };
}
