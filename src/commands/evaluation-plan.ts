import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { type Checkpoint, openCheckpoint } from "../checkpoint/open-checkpoint.ts";
import { type ClassNameList, readClassNames } from "../classifier/class-names.ts";
import { readTemplateSet, type TemplateSet } from "../classifier/template.ts";
import { type Benchmark, listBenchmarks, readBenchmark } from "../dataset/benchmark.ts";
import { findData, type LocatedData, openDataFolder } from "../dataset/locate.ts";
import { type Manifest, makeManifest } from "../dataset/manifest.ts";
import { openPartStore, type Part, type PartStore } from "../embedding/part-store.ts";
import { InputError } from "../input-error.ts";
import { checkCheckpointName, checkReplaceable, type Recipe, resultFolder } from "../report/result-folder.ts";
import type { EvaluateOptions } from "./evaluate.ts";

/** Images a part: at most this many are embedded twice after a run is killed. */
const PART_SIZE = 512;
/** Images a run of the model: larger batches gain nothing on a CPU and take more memory. */
const BATCH_SIZE = 32;

/** One checkpoint on one benchmark: the images still to embed, and the results to write. */
export interface PlannedRun {
  readonly checkpoint: Checkpoint;
  readonly benchmark: Benchmark;
  readonly classNames: ClassNameList;
  readonly manifest: Manifest;
  readonly store: PartStore;
  readonly missing: readonly Part[];
  readonly results: readonly PlannedResult[];
}

export interface PlannedResult {
  readonly protocol: string;
  readonly templates: TemplateSet;
  readonly folder: string;
  readonly recipe: Recipe;
}

export interface EvaluationPlan {
  readonly out: string;
  readonly storeRoot: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly templates: readonly TemplateSet[];
  readonly runs: readonly PlannedRun[];
  /** what the user should know before the work begins */
  readonly notes: readonly string[];
}

/**
 * Reads and checks everything an evaluation needs, before any of the long work: whatever is wrong is said now.
 *
 * @throws InputError naming what is wrong and what to do
 */
export async function planEvaluation(options: EvaluateOptions): Promise<EvaluationPlan> {
  checkNumbers(options);
  const out = options.out ?? "results";
  const storeRoot = options.store ?? join(dirname(out), ".shiftline", "store");
  const templates = await readTemplates(options.templates ?? ["openai-80"]);
  const notes: string[] = [];
  const data = await locateBenchmarks(options);
  const checkpoints = await openCheckpoints(options, notes);
  const runs: PlannedRun[] = [];
  for (const { benchmark, located } of data) {
    const classNames = await readClassNames(options.classNames ?? benchmark.classNames);
    checkClassCount(benchmark, classNames);
    const manifest = makeManifest(benchmark, located, {
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      allowIncomplete: options.allowIncomplete ?? false,
    });
    for (const checkpoint of checkpoints) {
      const results = planResults(out, checkpoint, benchmark, classNames, manifest, templates);
      for (const { folder, recipe } of results) await checkReplaceable(folder, recipe, manifest.images.length);
      const store = await openPartStore(storeRoot, checkpoint, manifest, options.partSize ?? PART_SIZE);
      const missing = await missingParts(store, options.skipUnreadable ?? false, notes);
      runs.push({ checkpoint, benchmark, classNames, manifest, store, missing, results });
    }
  }
  return {
    out,
    storeRoot,
    threads: options.threads ?? availableParallelism(),
    batchSize: options.batchSize ?? BATCH_SIZE,
    templates,
    runs,
    notes,
  };
}

function checkNumbers(options: EvaluateOptions): void {
  for (const name of ["limit", "batchSize", "threads", "partSize"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new InputError(`${name}: expected a whole number from 1 on, got ${value}`);
  }
  if (options.checkpoints.length === 0) throw new InputError("expected at least one checkpoint, got none");
}

async function readTemplates(typed: readonly string[]): Promise<TemplateSet[]> {
  const sets: TemplateSet[] = [];
  for (const one of typed) {
    const set = await readTemplateSet(one);
    if (sets.some((other) => other.id === set.id)) throw new InputError(`two template sets are called "${set.id}"`);
    sets.push(set);
  }
  return sets;
}

async function openCheckpoints(options: EvaluateOptions, notes: string[]): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  for (const path of options.checkpoints) {
    const name = options.names?.[path];
    const checkpoint = await openCheckpoint(path, {
      ...(name === undefined ? {} : { name }),
      ...(options.variant === undefined ? {} : { variant: options.variant }),
    });
    checkName(checkpoint.id, path);
    const same = checkpoints.find((other) => other.id === checkpoint.id);
    if (same !== undefined) {
      throw new InputError(
        `${same.path} and ${path} would both be called "${checkpoint.id}"; name one with --name ID=PATH`,
      );
    }
    await checkCheckpointName(options.out ?? "results", checkpoint.id, checkpoint.fingerprint);
    notes.push(...checkpoint.notes.map((note) => `${checkpoint.id}: ${note}`));
    checkpoints.push(checkpoint);
  }
  const unknown = Object.keys(options.names ?? {}).find((path) => !options.checkpoints.includes(path));
  if (unknown !== undefined) throw new InputError(`--name: ${unknown} is not among the checkpoints given`);
  return checkpoints;
}

/** A checkpoint's id is a folder's name below the results. */
function checkName(id: string, path: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/^(?:\.{0,2}|.*[/\\\u0000-\u001f\u007f].*)$/.test(id) || Buffer.byteLength(id) > 200) {
    throw new InputError(`${path}: "${id}" cannot be a folder's name; name it with --name ID=PATH`);
  }
}

async function locateBenchmarks(options: EvaluateOptions): Promise<{ benchmark: Benchmark; located: LocatedData }[]> {
  const { data, dataDirs = {} } = options;
  const named = Object.keys(dataDirs);
  if (data === undefined && named.length === 0) {
    throw new InputError(
      "no images: name the folder that holds the benchmarks with --data ROOT, or one with --data-dir ID=PATH",
    );
  }
  const asked = options.benchmarks ?? (data === undefined ? named : await listBenchmarks());
  const found: { benchmark: Benchmark; located: LocatedData }[] = [];
  for (const id of new Set([...asked, ...named])) {
    const benchmark = await readBenchmark(id);
    const folder = dataDirs[id];
    const located =
      folder !== undefined
        ? await openDataFolder(benchmark, folder)
        : data === undefined
          ? null
          : await findData(benchmark, data, asked.length === 1);
    if (located !== null) found.push({ benchmark, located });
    else if (options.benchmarks !== undefined) throw new InputError(notFound(benchmark, data));
  }
  if (found.length === 0) {
    throw new InputError(
      `${data}: none of the benchmarks ${asked.join(", ")} is there; looked for the folders they are kept in, such as ${(await readBenchmark(asked[0] as string)).folders.slice(0, 3).join(", ")}; name one with --data-dir ID=PATH`,
    );
  }
  return found;
}

function notFound(benchmark: Benchmark, data: string | undefined): string {
  if (data === undefined) return `${benchmark.id}: no folder for it; name one with --data-dir ${benchmark.id}=PATH`;
  return `${data}: no ${benchmark.id} there; looked for ${benchmark.folders.join(", ")}; name its folder with --data-dir ${benchmark.id}=PATH`;
}

function checkClassCount(benchmark: Benchmark, classNames: ClassNameList): void {
  if (classNames.names.length === benchmark.classes.size) return;
  throw new InputError(
    `class-name list ${classNames.id}: expected ${benchmark.classes.size} names, one for each class of ${benchmark.id}, got ${classNames.names.length}`,
  );
}

function planResults(
  out: string,
  checkpoint: Checkpoint,
  benchmark: Benchmark,
  classNames: ClassNameList,
  manifest: Manifest,
  templates: readonly TemplateSet[],
): PlannedResult[] {
  return benchmark.protocols.flatMap((protocol) =>
    templates.map((set) => {
      const key = {
        checkpoint: checkpoint.id,
        benchmark: benchmark.id,
        protocol: protocol.id,
        templates: set.id,
        class_names: classNames.id,
      };
      const recipe: Recipe = {
        fingerprint: checkpoint.fingerprint,
        preprocessing: checkpoint.preprocessing,
        benchmark_version: benchmark.version,
        manifest_sha256: manifest.sha256,
        templates_sha256: set.sha256,
        class_names_sha256: classNames.sha256,
      };
      return { protocol: protocol.id, templates: set, folder: resultFolder(out, key, benchmark.classNames), recipe };
    }),
  );
}

/** Parts to make: those not there, those damaged, and, where nothing may be skipped, those that skipped an image. */
async function missingParts(store: PartStore, skipUnreadable: boolean, notes: string[]): Promise<Part[]> {
  const { missing, damaged, skipped } = await store.check();
  for (const reason of damaged) notes.push(`${reason}; this part is made anew`);
  return skipUnreadable ? [...missing] : [...missing, ...skipped].sort((a, b) => a.index - b.index);
}
