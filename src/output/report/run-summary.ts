import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import type { StoredRun } from "../../evaluation/results/run-file.ts";
import { evaluationKey } from "../../foundation/evaluation-key.ts";
import type { RunSummary } from "./report-data.ts";

/** Shown digits of a hash: enough to distinguish two by eye. */
const SHOWN_DIGITS = 16;
const UNKNOWN = "unknown";

/** Summarizes the run of a result for a page, without paths of the machine. */
export function summarizeRun(run: StoredRun, metrics: ResultMetrics): RunSummary {
  return {
    ...evaluationKey(metrics),
    n: metrics.n,
    expectedN: metrics.expectedN,
    skipped: run.images?.skipped?.length ?? 0,
    warnings: run.warnings ?? [],
    notes: run.checkpoint?.notes ?? [],
    recipe: describeRecipe(run),
  };
}

/** A fact about a part of the recipe: name and value. */
type Fact = readonly [name: string, value: string | number | null | undefined];

function describeRecipe(run: StoredRun): [string, string][] {
  const { shiftline, recipe, checkpoint, benchmark, prompts, images, machine, seconds, versions } = run;
  const facts: readonly Fact[] = [
    ["Shiftline", shiftline && describeVersion(shiftline)],
    ["checkpoint SHA-256", recipe?.fingerprint?.slice(0, SHOWN_DIGITS)],
    ["layout", checkpoint?.layout],
    ["architecture", checkpoint?.architecture && describeArchitecture(checkpoint.architecture)],
    ["tokenizer", [checkpoint?.tokenizer, checkpoint?.text?.cleaning_source].filter(Boolean).join("; ")],
    ["texts", checkpoint?.text && describeTexts(checkpoint.text)],
    ["preprocessing", checkpoint?.preprocessing && describePreprocessing(checkpoint.preprocessing)],
    [
      "benchmark",
      benchmark &&
        `version ${benchmark.version ?? UNKNOWN}, ${benchmark.classes ?? UNKNOWN} classes, SHA-256 ${hash(benchmark.sha256)}`,
    ],
    ["cropped first", benchmark?.pre_crop ? `${benchmark.pre_crop} px at each side` : null],
    ["templates", prompts?.templates && describeSet(prompts.templates)],
    ["class names", prompts?.class_names && describeSet(prompts.class_names)],
    ["images", images?.layout],
    ["image list SHA-256", recipe?.manifest_sha256?.slice(0, SHOWN_DIGITS)],
    ["image content SHA-256", images?.content_sha256?.slice(0, SHOWN_DIGITS)],
    [
      "run on",
      machine && `${machine.cpu ?? UNKNOWN}, ${machine.cores ?? UNKNOWN} cores, ${machine.platform ?? UNKNOWN}`,
    ],
    ["threads", run.threads],
    ["batch size", run.batch_size],
    [
      "versions",
      Object.entries(versions ?? {})
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
    ["started", run.started],
    ["seconds", seconds && `embedding ${seconds.embedding ?? UNKNOWN}, scoring ${seconds.scoring ?? UNKNOWN}`],
    ["images embedded in this run", run.images_embedded],
    ["images per second", run.images_per_second],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value == null || value === "" ? [] : [[name, String(value)]],
  );
}

function describeVersion({ version, commit }: NonNullable<StoredRun["shiftline"]>): string {
  return [version ?? UNKNOWN, commit?.slice(0, 10)].filter(Boolean).join(", commit ");
}

type Checkpoint = NonNullable<StoredRun["checkpoint"]>;

function describeArchitecture({ name, source, format }: NonNullable<Checkpoint["architecture"]>): string {
  return `${name}, from ${format} weights; described by ${source}`;
}

function describePreprocessing(settings: NonNullable<Checkpoint["preprocessing"]>): string {
  const { size, resizeMode, resize, interpolation, source, rule } = settings;
  const target = size === undefined ? "" : `${size.height}×${size.width}, `;
  const crop = resize === undefined ? "" : ` to ${resize}, then cropped`;
  return `${target}${resizeMode ?? UNKNOWN}${crop}, ${interpolation ?? UNKNOWN} (${source ?? UNKNOWN}); ${rule ?? UNKNOWN}`;
}

function describeTexts(texts: NonNullable<Checkpoint["text"]>): string {
  const { context_length: length, pad_id: padding, pad_source: source } = texts;
  return `${length ?? UNKNOWN} tokens, padded with ${padding ?? UNKNOWN} (${source ?? UNKNOWN})`;
}

function describeSet({ n, sha256 }: { readonly n?: number | undefined; readonly sha256?: string | undefined }): string {
  return `${n ?? UNKNOWN}, SHA-256 ${hash(sha256)}`;
}

function hash(digits: string | undefined): string {
  return digits?.slice(0, SHOWN_DIGITS) ?? UNKNOWN;
}
