import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { readOwnTextIfThere } from "../../foundation/files/if-there.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import type { ResultMetrics } from "./metrics-file.ts";

/*
 * Schema of run.json with the field names of the file. It lists all fields that the program writes; when reading, all are optional, since a file may have been edited.
 */

export const RUN_FILE = "run.json";

/** A field that identifies a result or can change a number: if present, it must have this form. */
const must = <Schema extends z.ZodType>(schema: Schema) => schema.optional();
/** An informative field: a value of another form is treated as unknown. */
const may = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const text = z.string();
const number = z.number();
const set = z.object({ id: text, sha256: may(text), n: may(number) });

const recipeSchema = z.object({
  fingerprint: must(text),
  preprocessing: must(z.unknown()),
  benchmark_version: may(number),
  definition: may(z.record(text, text)),
  manifest_sha256: may(text),
  templates_sha256: may(text),
  class_names_sha256: may(text),
  text_sha256: must(text.nullable()),
  /** runtime of the graphs; absent in results of older versions, which used float32 on the CPU */
  provider: must(text),
  precision: must(text),
});

const preprocessingSchema = z.looseObject({
  size: may(z.object({ height: number, width: number })),
  resizeMode: may(text),
  resize: may(number),
  interpolation: may(text),
  source: may(text),
  rule: may(text),
});

const textSchema = z.object({
  sha256: may(text),
  tokenizer_sha256: may(text),
  encoding: may(text),
  cleaning: may(text),
  cleaning_source: may(text),
  context_length: may(number),
  context_source: may(text),
  pad_id: may(number),
  pad_source: may(text),
  pad_attended: may(z.boolean()),
  stripped_id: may(number),
});

const runSchema = z.object({
  schema: must(z.literal(1, { error: "not a run of schema 1, which is what this version reads" })),
  shiftline: may(z.object({ version: may(text), commit: may(text.nullable()) })),
  recipe: must(recipeSchema),
  checkpoint: must(
    z.object({
      id: text,
      layout: may(text),
      architecture: may(z.object({ name: text, source: text, format: text })),
      files: may(z.array(z.object({ role: text, path: text, bytes: number, sha256: text }))),
      preprocessing: may(preprocessingSchema),
      tokenizer: may(text.nullable()),
      text: may(textSchema.nullable()),
      notes: may(z.array(text)),
    }),
  ),
  benchmark: must(
    z.object({
      id: must(text),
      version: may(number),
      sha256: may(text),
      protocol: must(text),
      classes: may(number),
      /** list of classes that it was restricted to */
      class_list: may(set),
      /** labels of single images, and the number of labeled images */
      label_sets: may(set),
      pre_crop: may(number),
    }),
  ),
  prompts: must(z.object({ templates: must(set), class_names: must(set) })),
  images: must(
    z.object({
      n: must(number),
      expected: must(number),
      skipped: may(z.array(z.object({ image: text, reason: text }))),
      layout: may(text),
      manifest_sha256: may(text),
      content_sha256: may(text),
      /** identity of the complete set certified by `verify` that contains the images */
      certified: may(text.nullable()),
    }),
  ),
  warnings: must(z.array(text)),
  /** options of the call that made it, without defaults */
  options: may(z.record(text, z.unknown())),
  store: may(z.object({ folder: text, parts: number })),
  versions: may(z.record(text, text)),
  machine: may(z.object({ cpu: may(text), cores: may(number), platform: may(text) })),
  allocation: may(z.object({ threads: number, threadsFrom: text, memory: number, memoryFrom: text })),
  runtime: may(z.object({ provider: text, precision: text, threads: number })),
  threads: may(number),
  batch_size: may(number),
  execution_provider: may(text),
  started: may(text),
  seconds: may(z.object({ embedding: may(number), scoring: may(number) })),
  images_embedded: may(number),
  images_per_second: may(number.nullable()),
});

/** A `run.json` as read. */
export type StoredRun = z.infer<typeof runSchema>;

/** Fields that are present only if they apply. */
type Occasional = "resize" | "stripped_id" | "architecture" | "class_list" | "label_sets";

type Written<Part> = Part extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : Part extends object
    ? {
        readonly [Name in keyof Part as Name extends Occasional ? never : Name]-?: Written<
          Exclude<Part[Name], undefined>
        >;
      } & { readonly [Name in keyof Part as Name extends Occasional ? Name : never]?: Exclude<Part[Name], undefined> }
    : Part;

/** A `run.json` as written by this version: all fields are present. */
export type RunRecord = Written<StoredRun>;

/** Fields that must agree for one result to replace another; the other fields of `run.json` may differ between runs. */
export type Recipe = RunRecord["recipe"];

/** Formats a `run.json`. */
export function formatRun(run: RunRecord): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}

/**
 * Parses a `run.json`. Every field may be missing.
 *
 * @param where file name, for messages
 * @throws InputError if it has another form or schema
 */
export function parseRun(content: string, where: string): StoredRun {
  return parseJson(content, where, runSchema);
}

/**
 * Reads the `run.json` of a result's folder.
 *
 * @returns null if there is none
 * @throws InputError if it is unreadable, or has another form or schema
 */
export async function readRun(folder: string): Promise<StoredRun | null> {
  const path = join(folder, RUN_FILE);
  const content = await readOwnTextIfThere(path);
  return content === null ? null : parseRun(content, path);
}

/** A difference between a run and its expected key. */
export interface RunDifference {
  /** `class names` */
  readonly name: string;
  readonly there: string | number;
  readonly expected: string | number;
}

/** Returns the fields of a key in which a run differs; missing fields are ignored. */
export function keyDifferences({ checkpoint, benchmark, prompts }: StoredRun, key: EvaluationKey): RunDifference[] {
  return differences([
    ["checkpoint", checkpoint?.id, key.checkpoint],
    ["benchmark", benchmark?.id, key.benchmark],
    ["protocol", benchmark?.protocol, key.protocol],
    ["templates", prompts?.templates?.id, key.templates],
    ["class names", prompts?.class_names?.id, key.classNames],
  ]);
}

/**
 * Compares a run with the metrics in its folder.
 *
 * @param path path of the run, for messages
 * @throws InputError if the run belongs to another result, naming the difference
 */
export function checkRun(run: StoredRun, metrics: ResultMetrics, path: string): void {
  const [difference] = [
    ...keyDifferences(run, metrics),
    ...differences([
      ["images", run.images?.n, metrics.n],
      ["expected images", run.images?.expected, metrics.expectedN],
    ]),
  ];
  if (difference === undefined) return;
  const { name, there, expected } = difference;
  throw new InputError(`${path}: ${name}: ${there}, but metrics.json in the same folder states ${expected}`);
}

function differences(
  pairs: readonly (readonly [name: string, there: string | number | undefined, expected: string | number])[],
): RunDifference[] {
  return pairs.flatMap(([name, there, expected]) =>
    there === undefined || there === expected ? [] : [{ name, there, expected }],
  );
}
