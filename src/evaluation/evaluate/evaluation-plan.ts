import { dirname, join } from "node:path";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { doubtfulBenchmark } from "../../data/benchmark/check-benchmark.ts";
import { type Manifest, makeManifest } from "../../data/dataset/manifest.ts";
import { InputError } from "../../foundation/errors.ts";
import { addNotes, makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { type Checkpoint, openCheckpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { type PromptSet, readPromptSet } from "../classifier/prompt-set.ts";
import { type DealtRun, dealParts } from "../embedding/deal-parts.ts";
import { type ImageContents, openImageContents } from "../embedding/image-contents.ts";
import type { Shard } from "../embedding/shard.ts";
import { checkAccuraciesFile } from "../results/rebuild-accuracies.ts";
import { checkFoldersDistinct, ignoresCase } from "../results/result-collisions.ts";
import {
  checkCheckpointName,
  checkReplaceable,
  type Recipe,
  type ResultKey,
  resultFolder,
} from "../results/result-folder.ts";
import { openPartStore, type Part, type PartStore } from "../store/part-store.ts";
import { type Allocation, describeAllocation, readAllocation } from "./allocation.ts";
import { checkExports } from "./check-exports.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { locateBenchmarks } from "./locate-benchmarks.ts";
import { missingParts } from "./missing-parts.ts";
import { type PlannedProtocol, planProtocols } from "./planned-protocols.ts";
import { warnOfShippedId } from "./shipped-benchmark.ts";

/** Images a part: at most this many are embedded twice after a run is killed. */
const PART_SIZE = 512;
/** Images a run of the model: larger batches gain nothing on a CPU and take more memory. */
const BATCH_SIZE = 8;
/** Graphs that may be loaded at once, as a share of the memory: while it loads, a session takes twice what it keeps. */
const MODEL_SHARE = 0.4;

/** One checkpoint's images of one benchmark, cut in one way: what is still to embed, and the results to write. */
export interface PlannedRun {
  readonly checkpoint: Checkpoint;
  readonly benchmark: Benchmark;
  /** pixels cut off at each side of an image before the preprocessing */
  readonly border: number;
  readonly manifest: Manifest;
  readonly store: PartStore;
  /** of the manifest's images, shared by the runs on them */
  readonly contents: ImageContents;
  /** parts to make: of a shard's plan, only those the shard is dealt */
  readonly missing: readonly Part[];
  readonly results: readonly PlannedResult[];
}

/** One protocol with one set of prompts. */
export interface PlannedResult extends PlannedProtocol {
  readonly prompts: PromptSet;
  readonly key: ResultKey;
  readonly folder: string;
  readonly recipe: Recipe;
}

export interface EvaluationPlan {
  readonly out: string;
  readonly storeRoot: string;
  /** what this process was given of the machine */
  readonly allocation: Allocation;
  readonly threads: number;
  /** bytes that loaded graphs may take together */
  readonly modelMemory: number;
  readonly batchSize: number;
  readonly runs: readonly PlannedRun[];
  /** units of work the images make, of all shards and stored or not */
  readonly imageUnits: number;
  /** what the user should know before the work begins */
  readonly notes: readonly Note[];
}

/**
 * Reads and checks everything an evaluation needs, before any of the long work: whatever is wrong is said now.
 *
 * @param shard  the only one whose parts are to make; every part where absent. All else is read and checked as without it
 * @param remember keep the hashes of large files in the store; false for what must write nothing
 * @throws InputError naming what is wrong and what to do
 */
export async function planEvaluation(
  options: EvaluateOptions,
  shard: Shard = { index: 0, count: 1 },
  remember = true,
): Promise<EvaluationPlan> {
  checkNumbers(options);
  const out = options.out ?? "results";
  await checkAccuraciesFile(out);
  const storeRoot = options.store ?? join(dirname(out), ".shiftline", "store");
  const notes: Note[] = [];
  const opening = openCheckpoints(options, remember ? join(storeRoot, "hashes") : undefined, notes);
  opening.catch(() => {}); // awaited below: what is wrong with the data is said first
  const data = await locateBenchmarks(options, storeRoot, notes);
  const checkpoints = await opening;
  const opened: Omit<PlannedRun, "missing">[] = [];
  const allContents = new Map<string, ImageContents>();
  for (const { benchmark, located, own } of data) {
    const promptSets = await readPromptSets(options.templates ?? [benchmark.templates ?? "openai-80"]);
    addNotes(
      notes,
      promptSets.flatMap((set) => set.notes),
    );
    const protocols = await planProtocols(benchmark, located, options, notes);
    addNotes(notes, [...doubtfulBenchmark(benchmark), ...(own ? await warnOfShippedId(benchmark, protocols) : [])]);
    for (const border of new Set(protocols.map(({ protocol }) => protocol.preCrop))) {
      const group = protocols.filter(({ protocol }) => protocol.preCrop === border);
      const scored = (label: number) => group.some(({ space }) => space.accepted[label] !== null);
      const manifest = makeManifest(benchmark, located, { scored, limit: options.limit });
      const place = `${manifest.sha256}\n${manifest.root}`;
      const contents =
        allContents.get(place) ?? (await openImageContents(join(storeRoot, "contents"), manifest, { keep: remember }));
      allContents.set(place, contents);
      const sampled = withImages(group, benchmark, manifest, notes);
      for (const checkpoint of checkpoints) {
        const results = planResults(out, checkpoint, benchmark, manifest, sampled, promptSets);
        const definition = own ? benchmark : null;
        for (const { folder, recipe, key } of results) {
          await checkReplaceable(folder, recipe, manifest.images.length, { key, own: definition });
        }
        const store = await openPartStore(storeRoot, checkpoint, border, manifest, options.partSize ?? PART_SIZE);
        opened.push({ checkpoint, benchmark, border, manifest, store, contents, results });
      }
    }
  }
  checkFoldersDistinct(
    opened.flatMap((run) => run.results),
    await ignoresCase(out),
  );
  const dealt = dealParts(opened.map(describeForDealing), shard);
  const allocation = readAllocation();
  const threads = options.threads ?? allocation.threads;
  const missing = await missingParts(opened, dealt.parts, { ...options, threads }, notes);
  const runs = opened.map((run, r): PlannedRun => ({ ...run, missing: missing[r] as readonly Part[] }));
  if (options.threads === undefined) notes.push(makeNote(describeAllocation(allocation)));
  const checked = await checkExports(checkpoints, {
    threads,
    allowUnsound: options.allowUnsound ?? false,
    memory: join(storeRoot, "checks"),
    remember,
    shard,
    checkStopped: () => options.signal?.throwIfAborted(),
    onProgress: (done, total) => options.onProgress?.({ phase: "checks", done, total, imagesAhead: 0 }),
  });
  notes.push(...checked);
  return {
    out,
    storeRoot,
    allocation,
    threads,
    modelMemory: allocation.memory * MODEL_SHARE,
    batchSize: options.batchSize ?? BATCH_SIZE,
    runs,
    imageUnits: dealt.units,
    notes,
  };
}

/** The protocols that score some image of a manifest: a small sample may hold none of a protocol's classes. */
function withImages(
  protocols: readonly PlannedProtocol[],
  benchmark: Benchmark,
  { images }: Manifest,
  notes: Note[],
): PlannedProtocol[] {
  return protocols.filter(({ protocol, space }) => {
    for (let at = 0; at < images.length; at++) if (space.accepted[images.label(at)] !== null) return true;
    const text = `${benchmark.id}, protocol ${protocol.id}: left out, because none of the ${images.length} sampled images is of its classes`;
    notes.push(makeNote(text, { benchmark: benchmark.id, protocol: protocol.id }));
    return false;
  });
}

function describeForDealing({ manifest, store, checkpoint }: Omit<PlannedRun, "missing">): DealtRun {
  const partSize = store.parts[0]?.rows ?? 0;
  return {
    images: JSON.stringify([manifest.sha256, manifest.root, partSize]),
    bytes: checkpoint.files.reduce((sum, file) => sum + file.bytes, 0),
    parts: store.parts,
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

async function readPromptSets(typed: readonly string[]): Promise<PromptSet[]> {
  const sets: PromptSet[] = [];
  for (const one of typed) {
    const set = await readPromptSet(one);
    if (sets.some((other) => other.id === set.id)) throw new InputError(`two template sets are called "${set.id}"`);
    sets.push(set);
  }
  return sets;
}

async function openCheckpoints(
  options: EvaluateOptions,
  hashMemory: string | undefined,
  notes: Note[],
): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  for (const path of options.checkpoints) {
    const name = options.names?.[path];
    const checkpoint = await openCheckpoint(path, {
      ...(hashMemory === undefined ? {} : { hashMemory }),
      ...(name === undefined ? {} : { name }),
      ...(options.variant === undefined ? {} : { variant: options.variant }),
    });
    const same = checkpoints.find((other) => other.id === checkpoint.id);
    if (same !== undefined) {
      throw new InputError(
        `${same.path} and ${path} would both be called "${checkpoint.id}"; name one with --name ID=PATH`,
      );
    }
    const former = await checkCheckpointName(options.out ?? "results", checkpoint.id, checkpoint);
    const about = { checkpoint: checkpoint.id };
    if (former.length > 0) notes.push(makeNote(`${checkpoint.id}: ${describeFormer(former.length)}`, about));
    notes.push(...checkpoint.notes.map((text) => makeNote(`${checkpoint.id}: ${text}`, about)));
    notes.push(...checkpoint.warnings.map((text) => makeWarning(`${checkpoint.id}: ${text}`, about)));
    checkpoints.push(checkpoint);
  }
  const unknown = Object.keys(options.names ?? {}).find((path) => !options.checkpoints.includes(path));
  if (unknown !== undefined) throw new InputError(`--name: ${unknown} is not among the checkpoints given`);
  return checkpoints;
}

function describeFormer(count: number): string {
  const results = count === 1 ? "1 result does" : `${count} results do`;
  return `${results} not record text settings (cleaning, padding, context length): an older version wrote ${count === 1 ? "it" : "them"}, and what is not evaluated again may differ in them`;
}

function planResults(
  out: string,
  checkpoint: Checkpoint,
  benchmark: Benchmark,
  manifest: Manifest,
  protocols: readonly PlannedProtocol[],
  promptSets: readonly PromptSet[],
): PlannedResult[] {
  return protocols.flatMap((planned) =>
    promptSets.map((prompts) => {
      const key = {
        checkpoint: checkpoint.id,
        benchmark: benchmark.id,
        protocol: planned.protocol.id,
        templates: prompts.id,
        class_names: planned.classNames.id,
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
      };
      return { ...planned, key, prompts, folder: resultFolder(out, key, planned.defaultClassNames), recipe };
    }),
  );
}
