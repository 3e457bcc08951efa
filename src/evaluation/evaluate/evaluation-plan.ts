import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { addNotes, makeNote, type Note } from "../../foundation/notes.ts";
import { chooseRuntime, type Runtime } from "../../model/onnx/runtime.ts";
import { assignParts } from "../embedding/assign-parts.ts";
import type { Shard } from "../embedding/shard.ts";
import { checkAccuraciesFile } from "../results/rebuild-accuracies.ts";
import { checkFoldersDistinct, ignoresCase } from "../results/result-collisions.ts";
import { createStoreFinder } from "../store/alike-stores.ts";
import type { Part } from "../store/part-store.ts";
import { type Allocation, describeAllocation, readAllocation } from "./allocation.ts";
import { checkExports } from "./check-exports.ts";
import { findCopies } from "./copied-parts.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { findExistingResults, runsToScore } from "./existing-results.ts";
import { locateBenchmarks } from "./locate-benchmarks.ts";
import { missingParts, updateOptions } from "./missing-parts.ts";
import { openCheckpoints } from "./open-checkpoints.ts";
import { planImages, shareContents } from "./planned-images.ts";
import { type OpenedRun, openRun, type PlannedRun, unitsOf } from "./planned-runs.ts";
import { readLabels } from "./read-labels.ts";
import { recordedOptions } from "./recorded-options.ts";
import { resolveProtocols } from "./resolve-protocols.ts";
import { handlersOf } from "./run-handlers.ts";
import { planTexts, type TextPlan } from "./text-plan.ts";
import { planProgress } from "./track-progress.ts";

/** Images per part: at most this many are embedded again after a run is killed. */
const PART_SIZE = 512;
/** Images per inference call: larger batches are not faster on a CPU and take more memory. */
const BATCH_SIZE = 8;
/** Share of memory for loaded graphs: while loading, a session takes twice its final memory. */
const MODEL_SHARE = 0.4;
const WHOLE: Shard = { index: 0, count: 1 };

/** The complete work of an evaluation, before it starts. */
export interface EvaluationPlan {
  readonly out: string;
  readonly storeRoot: string;
  /** resources that this process may use */
  readonly allocation: Allocation;
  /** runtime of the graphs, and total number of threads */
  readonly runtime: Runtime;
  /** memory limit for all loaded graphs, in bytes */
  readonly modelMemory: number;
  /** images per inference call */
  readonly batchSize: number;
  readonly skipUnreadable: boolean;
  /** in the order benchmark, pre-crop, checkpoint */
  readonly runs: readonly PlannedRun[];
  /** text plans per checkpoint, in their order */
  readonly texts: readonly TextPlan[];
  /** options given by the caller, for the record */
  readonly options: Readonly<Record<string, unknown>>;
  /** number of units of image work over all shards, including stored ones */
  readonly imageUnits: number;
  /** notes to report before the work begins */
  readonly notes: readonly Note[];
}

export interface PlanScope {
  /** restricts the parts to make to this shard; everything else is read and checked as without it */
  readonly shard?: Shard;
  /** write nothing, not even hashes of large files and passed checks */
  readonly readOnly?: boolean;
}

/**
 * Reads and checks everything that an evaluation needs before the long work, so that problems are reported early.
 *
 * @throws InputError naming the problem and what to do
 */
export async function planEvaluation(options: EvaluateOptions, scope: PlanScope = {}): Promise<EvaluationPlan> {
  const { shard = WHOLE, readOnly = false } = scope;
  checkNumbers(options);
  const kind = chooseRuntime(options.runtime);
  const { out = "results", skipUnreadable = false, mergeOnly = false } = options;
  await checkAccuraciesFile(out);
  const storeRoot = options.store ?? join(dirname(out), ".shiftline", "store");
  const opening = openCheckpoints({ ...options, out, hashMemory: readOnly ? undefined : join(storeRoot, "hashes") });
  opening.catch(() => {}); // awaited below, so that problems of the data are reported first
  const data = await locateBenchmarks({ ...options, passwordFile: options.zipPasswordFile, storeRoot });
  const labelSets = await readLabels(options.labels, data.benchmarks);
  const further = new Map([...labelSets].map(([id, sets]) => [id, sets.id]));
  const protocols = resolveProtocols(options.protocols, data.benchmarks, further);
  const { checkpoints, notes: checkpointNotes } = await opening;
  const notes: Note[] = [...data.notes, ...checkpointNotes];

  const openContents = shareContents(join(storeRoot, "contents"), !readOnly);
  const opened: OpenedRun[] = [];
  for (const located of data.benchmarks) {
    const planned = await planImages(
      located,
      { ...options, protocols, labelSets: labelSets.get(located.benchmark.id) },
      openContents,
    );
    addNotes(notes, planned.notes);
    for (const images of planned.images) {
      for (const checkpoint of checkpoints) {
        const place = { out, storeRoot, partSize: options.partSize ?? PART_SIZE, runtime: kind };
        opened.push(await openRun(checkpoint, images, place));
      }
    }
  }
  const planned = opened.flatMap((run) => run.results);
  checkFoldersDistinct(planned, await ignoresCase(out));

  const handlers = handlersOf(options);
  const allocation = readAllocation();
  const { threads = allocation.threads } = options;
  const runtime: Runtime = { ...kind, threads };
  const update = updateOptions(threads, handlers);
  // A shard does not score; the merge checks existing results
  const found = shard === WHOLE ? await findExistingResults(opened, update) : { runs: opened, notes: [] };
  notes.push(...found.notes);
  const { parts, units } = assignParts(found.runs.map(unitsOf), shard);
  const toScore = (run: OpenedRun) => run.results.some(({ existing }) => existing === undefined);
  const assigned = found.runs.map((run, r) => ({ run, parts: toScore(run) ? (parts[r] as readonly Part[]) : [] }));
  const lacking = await missingParts(assigned, { threads, skipUnreadable, mergeOnly, handlers });
  const finder = createStoreFinder(storeRoot);
  const runs: PlannedRun[] = [];
  for (const [r, run] of found.runs.entries()) {
    const missing = lacking.missing[r] as readonly Part[];
    const { copies, known, notes: copyNotes } = await findCopies(run, missing, finder, kind, update);
    notes.push(...copyNotes);
    runs.push({ ...run, copies, known, missing: missing.filter((part) => !copies.includes(part)) });
  }
  notes.push(...lacking.notes);
  if (options.threads === undefined) notes.push(makeNote(describeAllocation(allocation)));
  const checked = await checkExports(checkpoints, {
    runtime,
    allowUnsound: options.allowUnsound ?? false,
    memory: join(storeRoot, "checks"),
    remember: !readOnly,
    shard,
    checkStopped: handlers.checkStopped,
    onProgress: (done, total) => handlers.progress(planProgress("checks", done, total)),
  });
  notes.push(...checked);
  return {
    out,
    storeRoot,
    allocation,
    runtime,
    modelMemory: allocation.memory * MODEL_SHARE,
    batchSize: options.batchSize ?? BATCH_SIZE,
    skipUnreadable,
    runs,
    texts: await planTexts(storeRoot, runsToScore(runs), kind),
    options: recordedOptions(options),
    imageUnits: units,
    notes,
  };
}

function checkNumbers(options: EvaluateOptions): void {
  for (const name of ["limit", "batchSize", "threads", "partSize"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new InputError(`${name}: expected a positive integer, got ${value}`);
  }
  if (options.checkpoints.length === 0) throw new InputError("expected at least one checkpoint, got none");
}
