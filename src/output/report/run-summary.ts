import { z } from "zod";
import type { ResultMetrics } from "../../evaluation/results/result-folder.ts";
import { InputError } from "../../foundation/errors.ts";
import { evaluationKey } from "../../foundation/evaluation-key.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import type { RunSummary } from "./report-data.ts";

const text = z.string().catch("unknown");
const number = z.number().nullable().catch(null);
const texts = z.array(z.string()).catch([]);

/** What a page shows of `run.json`. Every part may be missing: older versions wrote fewer. */
const runSchema = z.object({
  shiftline: z.object({ version: text, commit: z.string().nullable().catch(null) }).optional(),
  recipe: z.object({ fingerprint: text, manifest_sha256: text }).partial().optional(),
  checkpoint: z
    .object({
      layout: text,
      tokenizer: z.string().nullable().catch(null),
      text: z
        .object({ cleaning_source: text, context_length: number, pad_id: number, pad_source: text })
        .nullable()
        .catch(null),
      notes: texts,
      preprocessing: z.looseObject({
        size: z.object({ height: z.number(), width: z.number() }).optional().catch(undefined),
        resizeMode: text,
        resize: z.number().optional().catch(undefined),
        interpolation: text,
        source: text,
        rule: text,
      }),
    })
    .partial()
    .optional(),
  benchmark: z.object({ version: number, sha256: text, classes: number, pre_crop: number }).partial().optional(),
  prompts: z
    .object({
      templates: z.object({ id: text, sha256: text, n: number }),
      class_names: z.object({ id: text, sha256: text, n: number }),
    })
    .partial()
    .optional(),
  images: z
    .object({ layout: text, content_sha256: text, skipped: z.array(z.unknown()).catch([]) })
    .partial()
    .optional(),
  warnings: texts,
  versions: z.record(z.string(), z.string()).catch({}),
  machine: z.object({ cpu: text, cores: number, platform: text }).partial().optional(),
  threads: number,
  batch_size: number,
  started: z.string().nullable().catch(null),
  seconds: z.object({ embedding: number, scoring: number }).partial().optional(),
  images_embedded: number,
  images_per_second: number,
});

type Run = z.infer<typeof runSchema>;

/** Digits of a hash that are shown: enough to tell two apart by eye. */
const SHOWN_DIGITS = 16;

/**
 * Reads the recipe of a result from `run.json`, without the paths of the machine it ran on.
 *
 * @throws InputError if it cannot be read or is no object
 */
export async function readRunSummary(path: string, metrics: ResultMetrics): Promise<RunSummary> {
  const parsed = runSchema.safeParse(await readJson(path));
  if (!parsed.success) throw new InputError(`${path}: not as evaluate writes it; evaluate again`);
  const run = parsed.data;
  return {
    ...evaluationKey({ ...metrics, classNames: metrics.class_names }),
    n: metrics.n,
    expectedN: metrics.expected_n,
    skipped: run.images?.skipped?.length ?? 0,
    warnings: run.warnings,
    notes: run.checkpoint?.notes ?? [],
    recipe: recipeOf(run),
  };
}

function recipeOf(run: Run): [string, string][] {
  const { shiftline, recipe, checkpoint, benchmark, prompts, images, machine, seconds } = run;
  const preprocessing = checkpoint?.preprocessing;
  const { size } = preprocessing ?? {};
  const facts: readonly (readonly [string, string | number | null | undefined])[] = [
    ["Shiftline", shiftline && [shiftline.version, shiftline.commit?.slice(0, 10)].filter(Boolean).join(", commit ")],
    ["checkpoint SHA-256", recipe?.fingerprint?.slice(0, SHOWN_DIGITS)],
    ["layout", checkpoint?.layout],
    ["tokenizer", [checkpoint?.tokenizer, checkpoint?.text?.cleaning_source].filter(Boolean).join("; ")],
    ["texts", checkpoint?.text && describeTexts(checkpoint.text)],
    [
      "preprocessing",
      preprocessing &&
        `${size === undefined ? "" : `${size.height}×${size.width}, `}${preprocessing.resizeMode}${preprocessing.resize === undefined ? "" : ` to ${preprocessing.resize}, then cropped`}, ${preprocessing.interpolation} (${preprocessing.source}); ${preprocessing.rule}`,
    ],
    [
      "benchmark",
      benchmark && `version ${benchmark.version}, ${benchmark.classes} classes, SHA-256 ${hash(benchmark.sha256)}`,
    ],
    ["cropped first", benchmark?.pre_crop ? `${benchmark.pre_crop} px at each side` : null],
    ["templates", prompts?.templates && `${prompts.templates.n}, SHA-256 ${hash(prompts.templates.sha256)}`],
    ["class names", prompts?.class_names && `${prompts.class_names.n}, SHA-256 ${hash(prompts.class_names.sha256)}`],
    ["images", images?.layout],
    ["image list SHA-256", recipe?.manifest_sha256?.slice(0, SHOWN_DIGITS)],
    ["image content SHA-256", images?.content_sha256?.slice(0, SHOWN_DIGITS)],
    ["run on", machine && `${machine.cpu}, ${machine.cores} cores, ${machine.platform}`],
    ["threads", run.threads],
    ["batch size", run.batch_size],
    [
      "versions",
      Object.entries(run.versions)
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
    ["started", run.started],
    ["seconds", seconds && `embedding ${seconds.embedding}, scoring ${seconds.scoring}`],
    ["images embedded in this run", run.images_embedded],
    ["images a second", run.images_per_second],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value == null || value === "" ? [] : [[name, String(value)]],
  );
}

function describeTexts(texts: { context_length: number | null; pad_id: number | null; pad_source: string }): string {
  return `${texts.context_length} tokens, padded with ${texts.pad_id} (${texts.pad_source})`;
}

function hash(digits: string | undefined): string {
  return digits?.slice(0, SHOWN_DIGITS) ?? "unknown";
}
