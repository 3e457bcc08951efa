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

/** Images per part: at most this many are embedded twice after a run is killed. */
const PART_SIZE = 512;
/** Images per inference call: larger batches gain nothing on a CPU and take more memory. */
const BATCH_SIZE = 8;
/** Graphs that may be loaded at once, as a share of the memory: while it loads, a session takes twice what it keeps. */
const MODEL_SHARE = 0.4;
const WHOLE: Shard = { index: 0, count: 1 };

/** Everything an evaluation does, before any of it is done. */
export interface EvaluationPlan {
  readonly out: string;
  readonly storeRoot: string;
  /** what this process was given of the machine */
  readonly allocation: Allocation;
  /** what runs the graphs, and the threads of all the work */
  readonly runtime: Runtime;
  /** bytes that loaded graphs may take together */
  readonly modelMemory: number;
  /** images per inference call */
  readonly batchSize: number;
  readonly skipUnreadable: boolean;
  /** in the order benchmark, pre-crop, checkpoint */
  readonly runs: readonly PlannedRun[];
  /** of each checkpoint, in their order */
  readonly texts: readonly TextPlan[];
  /** those that were given, for the record */
  readonly options: Readonly<Record<string, unknown>>;
  /** units of work the images make, of all shards and stored or not */
  readonly imageUnits: number;
  /** what the user should know before the work begins */
  readonly notes: readonly Note[];
}

export interface PlanScope {
  /** the only shard whose parts are to make; every part where absent. All else is read and checked as without it */
  readonly shard?: Shard;
  /** write nothing: not even the hashes of large files, and which exports passed their checks */
  readonly readOnly?: boolean;
}

/**
 * Reads and checks everything an evaluation needs, before any of the long work: whatever is wrong is said now.
 *
 * @throws InputError naming what is wrong and what to do
 */
export async function planEvaluation(options: EvaluateOptions, scope: PlanScope = {}): Promise<EvaluationPlan> {
  const { shard = WHOLE, readOnly = false } = scope;
  checkNumbers(options);
  const kind = chooseRuntime(options.runtime);
  const { out = "results", skipUnreadable = false, mergeOnly = false } = options;
  await checkAccuraciesFile(out);
  const storeRoot = options.store ?? join(dirname(out), ".shiftline", "store");
  const opening = openCheckpoints({ ...options, out, hashMemory: readOnly ? undefined : join(storeRoot, "hashes") });
  opening.catch(() => {}); // awaited below: what is wrong with the data is said first
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
  // A shard scores nothing: whoever merges the shards looks at the results
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
