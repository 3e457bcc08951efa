import { cpus } from "node:os";
import { rightClasses } from "../../data/benchmark/class-space.ts";
import { loadSharp } from "../../data/image/load-sharp.ts";
import { packagePath, packageVersion } from "../../foundation/files/package-root.ts";
import type { TextIdentity } from "../../model/checkpoint/text-identity.ts";
import type { WeightFacts } from "../../model/checkpoint/weight-facts.ts";
import { onnxRuntimeVersion } from "../../model/onnx/onnx-runtime.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import type { RunRecord } from "../results/run-file.ts";
import type { Allocation } from "./allocation.ts";
import { checkoutCommit } from "./checkout-commit.ts";
import type { PlannedResult, PlannedRun } from "./planned-runs.ts";

/** Machine resources that the plan chose for an evaluation. */
export interface MachineFacts {
  readonly allocation: Allocation;
  readonly runtime: Runtime;
  /** images per inference call */
  readonly batchSize: number;
}

/** Facts for a run's record in addition to the plan. */
export interface RunFacts {
  readonly machine: MachineFacts;
  /** options given: the command line combined with its options file */
  readonly options: Readonly<Record<string, unknown>>;
  readonly started: Date;
  /** seconds of embedding in this call, shared with the checkpoints that were embedded together */
  readonly embedSeconds: number;
  /** number of images embedded in this call; the others were stored */
  readonly embedded: number;
  /** SHA-256 over the hashes of all image files when they were embedded, in the manifest's order */
  readonly contentSha256: string;
  /** identity of the certified set that contains the images; null if unknown */
  readonly certified: string | null;
  readonly scoreSeconds: number;
  /** images scored */
  readonly n: number;
  readonly skipped: readonly { image: string; reason: string }[];
  readonly warnings: readonly string[];
}

/** Builds the content of `run.json`: everything that determined the numbers, the machine, and the time taken. */
export async function describeRun(run: PlannedRun, result: PlannedResult, facts: RunFacts): Promise<RunRecord> {
  const { checkpoint, benchmark, manifest, store } = run;
  const { protocol, prompts, classNames, subset, labelSets } = result;
  return {
    schema: 1,
    shiftline: { version: await packageVersion(), commit: await programCommit() },
    recipe: result.recipe,
    checkpoint: {
      id: checkpoint.id,
      layout: checkpoint.layout,
      ...(checkpoint.weights === null ? {} : { architecture: describeArchitecture(checkpoint.weights) }),
      files: checkpoint.files,
      preprocessing: {
        ...checkpoint.preprocessing,
        source: checkpoint.preprocessingSource,
        rule: "Pillow and torchvision: 8-bit resampling, crop offset rounded half to even",
      },
      tokenizer: checkpoint.tokenizer?.description ?? null,
      text: checkpoint.text === null ? null : describeText(checkpoint.text),
      notes: checkpoint.notes,
    },
    benchmark: {
      id: benchmark.id,
      version: benchmark.version,
      sha256: benchmark.sha256,
      protocol: protocol.id,
      classes: result.space.rows.length,
      ...(labelSets === null
        ? {}
        : { label_sets: { id: labelSets.id, sha256: labelSets.sha256, n: labelSets.scored } }),
      ...(subset === null ? {} : { class_list: { id: subset.id, sha256: subset.sha256, n: subset.rows.length } }),
      pre_crop: run.preCrop,
    },
    prompts: {
      templates: { id: prompts.id, sha256: prompts.sha256, n: prompts.size },
      class_names: { id: classNames.id, sha256: classNames.sha256, n: classNames.names.length },
    },
    images: {
      n: facts.n,
      expected: protocol.images,
      skipped: facts.skipped,
      layout: manifest.layout,
      manifest_sha256: manifest.sha256,
      content_sha256: facts.contentSha256,
      certified: facts.n === protocol.images && facts.skipped.length === 0 ? facts.certified : null,
    },
    warnings: facts.warnings,
    options: facts.options,
    store: { folder: store.folder, parts: store.parts.length },
    versions: await versions(),
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      platform: `${process.platform}-${process.arch}`,
    },
    allocation: facts.machine.allocation,
    runtime: facts.machine.runtime,
    threads: facts.machine.runtime.threads,
    batch_size: facts.machine.batchSize,
    execution_provider: facts.machine.runtime.provider,
    started: facts.started.toISOString(),
    seconds: {
      embedding: round(facts.embedSeconds),
      scoring: round(facts.scoreSeconds),
    },
    images_embedded: facts.embedded,
    images_per_second: facts.embedSeconds > 0 ? round(facts.embedded / facts.embedSeconds) : null,
  };
}

function describeArchitecture({
  architecture,
  source,
  format,
}: WeightFacts): NonNullable<RunRecord["checkpoint"]["architecture"]> {
  return { name: architecture, source, format };
}

function describeText(text: TextIdentity): RunRecord["checkpoint"]["text"] {
  return {
    sha256: text.sha256,
    tokenizer_sha256: text.tokenizerSha256,
    encoding: text.encoding,
    cleaning: text.cleaning,
    cleaning_source: text.cleaningSource,
    context_length: text.contextLength,
    context_source: text.contextSource,
    pad_id: text.padId,
    pad_source: text.padSource,
    pad_attended: text.attendPadding,
    ...(text.strippedId === undefined ? {} : { stripped_id: text.strippedId }),
  };
}

/** Lists the unreadable images of a protocol, with the reasons. */
export async function skippedImages(
  run: PlannedRun,
  { space }: PlannedResult,
): Promise<{ image: string; reason: string }[]> {
  const skipped: { image: string; reason: string }[] = [];
  for (const { image, index, reason } of await run.store.skipped()) {
    if (rightClasses(space, run.manifest.images, index) !== null) skipped.push({ image, reason });
  }
  return skipped;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

async function versions(): Promise<Record<string, string>> {
  const sharp = loadSharp();
  return {
    node: process.versions.node,
    "onnxruntime-node": onnxRuntimeVersion(),
    sharp: sharp.versions.sharp ?? "unknown",
    libvips: sharp.versions.vips,
  };
}

let commit: Promise<string | null> | undefined;

/** Returns the commit of the program's checkout; cached. */
function programCommit(): Promise<string | null> {
  commit ??= checkoutCommit(packagePath());
  return commit;
}
