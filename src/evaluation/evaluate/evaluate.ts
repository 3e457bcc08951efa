import { InputError } from "../../foundation/errors.ts";
import { checkWritable } from "../../foundation/files/atomic-write.ts";
import { makeWarning, type Note, warningsAbout } from "../../foundation/notes.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { embedImages } from "../embedding/embed-images.ts";
import { imageGraphBytes } from "../embedding/encoder-threads.ts";
import { formatPredictions } from "../results/predictions-csv.ts";
import { rebuildAccuracies } from "../results/rebuild-accuracies.ts";
import { checkImageContent, type ResultMetrics, writeResult } from "../results/result-folder.ts";
import { judgePredictions } from "../scoring/judge.ts";
import { type LabelOrder, readLabelOrders } from "../scoring/label-order.ts";
import { warnOfLabelOrder } from "../scoring/label-order-warning.ts";
import { predict } from "../scoring/predict.ts";
import { markUsed } from "../store/list-store.ts";
import { createAttempts } from "./attempts.ts";
import { checkContentIfPossible } from "./check-content.ts";
import { checkDuplicates } from "./check-duplicates.ts";
import {
  buildClassifiers,
  embedPlanPrompts,
  planPrompts,
  readClassifier,
  textFolder,
  warnOfPlanPadding,
} from "./classifiers.ts";
import { embedRuns, planOf, runName } from "./embed-runs.ts";
import type { EvaluateOptions, EvaluateResult } from "./evaluate-options.ts";
import { type EvaluationPlan, type PlannedResult, type PlannedRun, planEvaluation } from "./evaluation-plan.ts";
import { checkNothingMissing } from "./missing-embeddings.ts";
import { images, nameImages, updateOptions } from "./missing-parts.ts";
import { openProgressFile, type ProgressFile, type ProgressState } from "./progress-file.ts";
import { describeRun, type RunTimes, skippedImages } from "./run-record.ts";

/**
 * Evaluates checkpoints zero-shot: builds each one's classifiers, embeds each benchmark's images (those not already in
 * the store), scores every protocol, and writes the results. Running the same call again goes on where it stopped. What
 * fails does not cost the rest: the call throws once all else is scored and written; `onResult` has told of each.
 *
 * It works in the calling process: a checkpoint whose graph never ends holds its thread up for ever. Run checkpoints that you do not trust
 * in a process that you can end, or by the command line, which does.
 *
 * @returns every result, in the order benchmark, checkpoint, protocol, template set; accuracies are fractions in [0, 1]
 * @throws InputError for what the caller can put right: all inputs are checked before the long work begins
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult[]> {
  const plan = await planEvaluation(options);
  for (const note of plan.notes) options.onNote?.(note);
  await checkWritable(plan.out, "--out");
  const progress = openProgressFile(plan.out);
  try {
    return await runPlan(plan, options, progress);
  } finally {
    await progress.close();
  }
}

async function runPlan(
  plan: EvaluationPlan,
  options: EvaluateOptions,
  progress: ProgressFile,
): Promise<EvaluateResult[]> {
  const started = new Date();
  const checkStopped = () => options.signal?.throwIfAborted();
  const prompts = await planPrompts(plan);
  const imagesAhead = plan.runs.reduce((sum, run) => sum + imagesToEmbed(run), 0);
  if (options.mergeOnly === true) checkNothingMissing(plan, prompts);
  const all = [...new Set(plan.runs.map((run) => run.checkpoint.id))];
  if (prompts.total + imagesAhead > 0) await checkWritable(plan.storeRoot, "--store");
  const attempts = createAttempts(options);
  const prepared = new Set<Checkpoint>();
  const padding: Note[] = [];
  let embedded = 0;
  for (const checkpoint of new Set(plan.runs.map((run) => run.checkpoint))) {
    const own = planOf(plan, (one) => one === checkpoint);
    const done = await attempts.run(own.runs.map(runName).join(", "), async () => {
      await embedPlanPrompts(own, {
        checkStopped,
        onProgress: (here) => {
          const state = { phase: "prompts", done: embedded + here, total: prompts.total } as const;
          progress.update({ ...state, checkpoints: all, benchmark: null });
          options.onProgress?.({ ...state, imagesAhead });
        },
      });
      const warnings = await warnOfPlanPadding(own);
      for (const warning of warnings) options.onNote?.(warning);
      padding.push(...warnings);
      await buildClassifiers(own, checkStopped);
    });
    embedded += prompts.missing.get(checkpoint) ?? 0;
    if (done) prepared.add(checkpoint);
  }
  const groups = groupRuns(planOf(plan, (checkpoint) => prepared.has(checkpoint)));
  const orders = await readLabelOrders();
  const results = new Map<PlannedResult, EvaluateResult>();
  const said = new Set<string>(); // several groups may be of the same images
  let before = 0;
  const embed = (group: readonly PlannedRun[]) =>
    embedGroup(group, plan, options, checkStopped, (done) => {
      const state = { phase: "images", done: before + done, total: imagesAhead } as const;
      progress.update({ ...state, ...placeOf(group) });
      options.onProgress?.({ ...state, imagesAhead: 0 });
    });
  const unread = new Set<string>();
  for await (const { runs: group, seconds } of embedRuns(groups, { attempts, signal: options.signal, embed })) {
    before += group.reduce((sum, run) => sum + imagesToEmbed(run), 0);
    await attempts.run(group.map(runName).join(", "), async () => {
      if (imagesAhead > 0) await checkUnchanged(group, plan, options);
      const first = group[0] as PlannedRun;
      const hashes = await first.store.content();
      const found = [...(await checkContentIfPossible(plan, first, hashes)), ...checkDuplicates(first, hashes)];
      for (const note of found) if (!said.has(note.text)) options.onNote?.(note);
      for (const { text } of found) said.add(text);
      const notes = [...plan.notes, ...padding, ...found];
      for (const run of group) {
        const contentSha256 = await run.store.contentSha256();
        const labelNotes: Note[] = [];
        const times = { started, embedSeconds: seconds, embedded: imagesToEmbed(run), contentSha256 };
        for (const result of run.results) {
          checkStopped();
          progress.update({ phase: "scores", done: before, total: imagesAhead, ...placeOf(group) });
          await attempts.run(resultName(run, result), async () => {
            const scored = await scoreRun(plan, run, result, { ...times, orders, notes, labelNotes, options });
            results.set(result, scored);
            options.onResult?.(scored);
          });
        }
      }
    });
    for (const run of group) await markUsed(run.store.folder);
    if (results.size > 0) await attempts.run("accuracies.csv", () => rebuild(plan.out, options, unread));
  }
  for (const run of plan.runs) await markUsed(textFolder(plan, run.checkpoint));
  attempts.finish();
  return plan.runs.flatMap((run) => run.results.map((result) => results.get(result) as EvaluateResult));
}

function placeOf(group: readonly PlannedRun[]): Pick<ProgressState, "checkpoints" | "benchmark"> {
  return { checkpoints: group.map((run) => run.checkpoint.id), benchmark: group[0]?.benchmark.id ?? null };
}

function resultName({ checkpoint, benchmark }: PlannedRun, { protocol, prompts }: PlannedResult): string {
  return `${checkpoint.id} on ${benchmark.id} ${protocol.id}, ${prompts.id}`;
}

/** @param unread what was said already of results that cannot be read */
async function rebuild(out: string, { onNote }: EvaluateOptions, unread: Set<string>): Promise<void> {
  for (const text of await rebuildAccuracies(out)) {
    if (!unread.has(text)) onNote?.(makeWarning(text));
    unread.add(text);
  }
}

/** Images this run has still to embed. */
export function imagesToEmbed(run: PlannedRun): number {
  return run.missing.reduce((sum, part) => sum + part.rows, 0);
}

/** Embeds what a group's runs lack, each image decoded once for all of them. @returns the seconds it took */
export async function embedGroup(
  group: readonly PlannedRun[],
  plan: EvaluationPlan,
  options: EvaluateOptions,
  checkStopped: () => void,
  onProgress: (done: number) => void,
): Promise<number> {
  const begun = performance.now();
  const lacking = group.filter((run) => run.missing.length > 0);
  if (lacking.length === 0) return 0;
  const targets = lacking.map((run) => ({
    checkpoint: run.checkpoint,
    border: run.border,
    store: run.store,
    parts: run.missing,
  }));
  await embedImages((lacking[0] as PlannedRun).manifest, targets, {
    threads: plan.threads,
    batchSize: plan.batchSize,
    modelMemory: plan.modelMemory,
    skipUnreadable: options.skipUnreadable ?? false,
    remember: (lacking[0] as PlannedRun).contents.remember,
    checkStopped,
    onProgress,
  });
  return (performance.now() - begun) / 1000;
}

/**
 * Proves that what a group scores is of the images that are there now, and so of one state of them.
 *
 * @throws InputError if images changed after they were embedded, or since their stored parts were looked at
 */
async function checkUnchanged(
  group: readonly PlannedRun[],
  plan: EvaluationPlan,
  options: EvaluateOptions,
): Promise<void> {
  const { manifest, store, contents } = group[0] as PlannedRun;
  await contents.update(store.parts, { ...updateOptions({ ...options, threads: plan.threads }), withinRun: true });
  for (const run of group) {
    const parts = await run.store.compare(run.store.parts, contents.sha256);
    const positions = parts.flatMap(({ changed, readable }) => [...changed, ...readable]);
    if (positions.length === 0) continue;
    throw new InputError(
      `${manifest.root}: ${images(positions.length)} changed during the run: ${nameImages(run, positions)}; nothing was scored on them; run the same command again once they are complete`,
    );
  }
}

/** Runs that share a manifest and a part size, and whose models fit in memory together. */
export function groupRuns({ runs, modelMemory }: EvaluationPlan): PlannedRun[][] {
  const groups: { key: string; bytes: number; runs: PlannedRun[] }[] = [];
  for (const run of runs) {
    const key = `${run.manifest.sha256}\n${run.manifest.root}\n${run.store.parts[0]?.rows}`;
    const bytes = run.missing.length === 0 ? 0 : imageGraphBytes(run.checkpoint);
    const group = groups.find((one) => one.key === key && one.bytes + bytes <= modelMemory);
    if (group === undefined) groups.push({ key, bytes, runs: [run] });
    else {
      group.bytes += bytes;
      group.runs.push(run);
    }
  }
  return groups.map((group) => group.runs);
}

async function scoreRun(
  plan: EvaluationPlan,
  run: PlannedRun,
  result: PlannedResult,
  context: RunTimes & {
    readonly orders: readonly LabelOrder[];
    readonly notes: readonly Note[];
    /** where an earlier protocol of the run found the labels in a wrong order: they are those of this one too */
    readonly labelNotes: Note[];
    readonly options: EvaluateOptions;
  },
): Promise<EvaluateResult> {
  const { manifest, benchmark, checkpoint } = run;
  const { protocol, space } = result;
  const begun = performance.now();
  const classifier = await readClassifier(plan, checkpoint, result);
  const predictions = await predict(run.store, manifest, classifier.weights, space, plan.threads);
  const n = predictions.images.length;
  const what = `${checkpoint.id}, ${benchmark.id}, protocol ${protocol.id}`;
  const warning = warnOfLabelOrder(what, result.classNames.names, manifest, predictions, space, context.orders);
  const key = {
    checkpoint: checkpoint.id,
    benchmark: benchmark.id,
    protocol: protocol.id,
    templates: result.prompts.id,
    classNames: result.classNames.id,
  };
  const found = warning === null ? [] : [makeWarning(warning.text, key)];
  for (const note of found) context.options.onNote?.(note);
  if (warning === null) found.push(...context.labelNotes);
  else if (warning.isOrder && context.labelNotes.length === 0) {
    context.labelNotes.push(makeWarning(warning.text, { checkpoint: checkpoint.id, benchmark: benchmark.id }));
  }
  const warnings = warningsAbout([...context.notes, ...found], key);
  const { classNames: class_names, ...names } = key;
  const metrics: ResultMetrics = {
    schema: 1,
    ...names,
    class_names,
    n,
    expected_n: protocol.images,
    metrics: judgePredictions(manifest, predictions, space),
  };
  checkFinite(metrics);
  await checkImageContent(result.folder, { ...result.recipe, content_sha256: context.contentSha256 }, n);
  const scoreSeconds = (performance.now() - begun) / 1000;
  const skipped = await skippedImages(run, result);
  const record = await describeRun(plan, run, result, {
    ...context,
    scoreSeconds,
    n,
    skipped,
    warnings,
  });
  const text = formatPredictions(manifest, predictions, space);
  await checkpoint.checkUnchanged();
  await writeResult(result.folder, { run: record, metrics, predictions: text });
  return { ...metrics, folder: result.folder, skipped: skipped.length, warnings };
}

function checkFinite(result: ResultMetrics): void {
  for (const { metric, value, low, high } of result.metrics) {
    if ([value, low, high].every(Number.isFinite)) continue;
    throw new InputError(
      `${result.checkpoint} on ${result.benchmark}: ${metric} is ${value} (${low} to ${high}); nothing was written`,
    );
  }
}
