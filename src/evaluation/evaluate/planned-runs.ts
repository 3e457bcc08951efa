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

/** One checkpoint's images of one benchmark, cropped alike: what is still to embed, and the results to write. */
export interface PlannedRun {
  readonly checkpoint: Checkpoint;
  readonly benchmark: Benchmark;
  /** pixels cut off at each side of an image before the preprocessing */
  readonly preCrop: number;
  readonly manifest: Manifest;
  readonly store: PartStore;
  /** of the manifest's images, shared by the runs on them */
  readonly contents: ImageContents;
  /** parts to embed: of a shard's plan, only those of the shard */
  readonly missing: readonly Part[];
  /** parts to make of embeddings that are stored for the same images in another list: likewise */
  readonly copies: readonly Part[];
  /** position → SHA-256 of the images of the missing parts whose embeddings are stored for another list, and are taken over */
  readonly known: ReadonlyMap<number, string>;
  readonly results: readonly PlannedResult[];
}

/** A run of which it is not known yet what it lacks. */
export type OpenedRun = Omit<PlannedRun, "missing" | "copies" | "known">;

/** One protocol with one set of prompts. */
export interface PlannedResult extends PlannedProtocol {
  readonly prompts: PromptSet;
  readonly key: EvaluationKey;
  readonly folder: string;
  readonly recipe: Recipe;
  /** the folder holds a result that differs in its list of images alone: only contents tell whether it is of these */
  readonly isListedOtherwise: boolean;
  /** what the folder holds, where it is known to be of these images: it stays */
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
 * @throws InputError if a result that is there was made otherwise
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

/** What decides a run's units of work when they are shared out. */
export function unitsOf({ manifest, store, checkpoint }: OpenedRun): ShardableRun {
  const partSize = store.parts[0]?.rows ?? 0;
  return {
    images: JSON.stringify([manifest.sha256, manifest.root, partSize]),
    bytes: checkpoint.files.reduce((sum, file) => sum + file.bytes, 0),
    parts: store.parts,
  };
}

/** The checkpoints of runs, each once, in their order. */
export function checkpointsOf(runs: readonly Pick<PlannedRun, "checkpoint">[]): Checkpoint[] {
  return [...new Set(runs.map(({ checkpoint }) => checkpoint))];
}

/** Images that runs have still to embed; one counts once for each checkpoint. */
export function imagesToEmbed(runs: readonly Pick<PlannedRun, "missing" | "known">[]): number {
  return runs.reduce(
    (sum, { missing, known }) => missing.reduce((images, part) => images + part.rows, sum) - known.size,
    0,
  );
}

/** What runs are, in messages: "vit-b on imagenet, vit-b on imagenet-r". */
export function nameRuns(runs: readonly RunName[]): string {
  return runs.map(({ checkpoint, benchmark }) => `${checkpoint.id} on ${benchmark.id}`).join(", ");
}

export interface RunName {
  readonly checkpoint: { readonly id: string };
  readonly benchmark: { readonly id: string };
}
