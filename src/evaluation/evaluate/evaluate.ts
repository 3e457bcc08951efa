import { checkWritable } from "../../foundation/files/atomic-write.ts";
import { makeWarning } from "../../foundation/notes.ts";
import { rebuildAccuracies } from "../results/rebuild-accuracies.ts";
import { readLabelOrders } from "../scoring/label-order.ts";
import { markUsed } from "../store/list-store.ts";
import { type Attempts, createAttempts } from "./attempts.ts";
import { checkUnchanged, noteContent } from "./check-images.ts";
import { copyPlannedParts } from "./copied-parts.ts";
import { embedMissingImages } from "./embed-missing-images.ts";
import type { EvaluateOptions, EvaluateResult } from "./evaluate-options.ts";
import { type EvaluationPlan, planEvaluation } from "./evaluation-plan.ts";
import { runsToScore } from "./existing-results.ts";
import { checkNothingMissing } from "./missing-embeddings.ts";
import { updateOptions } from "./missing-parts.ts";
import { imagesToEmbed, nameRuns, type PlannedResult, type PlannedRun } from "./planned-runs.ts";
import { prepareTexts } from "./prepare-texts.ts";
import { openProgressFile } from "./progress-file.ts";
import { handlersOf, type RunHandlers } from "./run-handlers.ts";
import { scoreRun } from "./score-run.ts";
import { promptsToEmbed, type TextPlan } from "./text-plan.ts";
import { type ProgressTracker, trackProgress } from "./track-progress.ts";

/**
 * Evaluates checkpoints zero-shot: builds classifiers, embeds the images that are not in the store, scores every
 * protocol, and writes the results. Repeating the same call continues where it stopped. A failure does not prevent
 * other results: the call throws after everything else is scored and written, and `onResult` has reported each result.
 *
 * It runs in the calling process, so a checkpoint with an endless graph blocks its thread forever. Run untrusted
 * checkpoints in a separate process, or with the command line, which does so.
 *
 * @returns every result, in the order benchmark, checkpoint, protocol, template set; accuracies are fractions in [0, 1]
 * @throws InputError for mistakes that the caller can fix; all inputs are checked before the long work begins
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult[]> {
  const plan = await planEvaluation(options);
  const handlers = handlersOf(options);
  for (const note of plan.notes) handlers.note(note);
  await checkWritable(plan.out, "--out");
  if (options.mergeOnly === true) checkNothingMissing(plan);
  const copied = await copyPlannedParts(plan, handlers);
  const file = openProgressFile(plan.out);
  try {
    const { signal, onResult } = options;
    const progress = trackProgress(copied.runs, handlers, file);
    const attempts = createAttempts(options);
    return await runPlan(copied, { handlers, progress, attempts, signal, onResult });
  } finally {
    await file.close();
  }
}

interface RunHooks {
  readonly handlers: RunHandlers;
  readonly progress: ProgressTracker;
  readonly attempts: Attempts;
  readonly signal: AbortSignal | undefined;
  readonly onResult: EvaluateOptions["onResult"];
}

/** Runs the plan: prompts, classifiers, then images, checks and scores for one group of runs at a time. */
async function runPlan(plan: EvaluationPlan, hooks: RunHooks): Promise<EvaluateResult[]> {
  const { handlers, progress, attempts, signal } = hooks;
  const started = new Date();
  const images = imagesToEmbed(plan.runs);
  const prompts = promptsToEmbed(plan.texts);
  if (prompts + images > 0) await checkWritable(plan.storeRoot, "--store");
  const prepared = await prepareTexts(plan, {
    runtime: plan.runtime,
    attempts,
    handlers,
    onProgress: (done, checkpoint, share) => progress.prompts(done, prompts, checkpoint, share),
  });
  const runs = runsToScore(plan.runs).filter(({ checkpoint }) => prepared.checkpoints.has(checkpoint));
  const orders = await readLabelOrders();
  const results = new Map<PlannedResult, EvaluateResult>();
  for (const planned of plan.runs.flatMap((run) => run.results)) {
    if (planned.existing === undefined) continue;
    const { metrics, skipped, warnings } = planned.existing;
    results.set(planned, { ...metrics, folder: planned.folder, skipped, warnings });
    hooks.onResult?.(results.get(planned) as EvaluateResult);
  }
  const embedding = { attempts, signal, onProgress: progress.images };
  for await (const { runs: group, seconds, done } of embedMissingImages(runs, plan, embedding)) {
    await attempts.run(nameRuns(group), async () => {
      if (images > 0) await checkUnchanged(group, updateOptions(plan.runtime.threads, handlers));
      const content = await noteContent(group[0] as PlannedRun, plan.storeRoot);
      for (const note of content.notes) handlers.noteOnce(note); // several groups may share the same images
      const notes = [...plan.notes, ...prepared.warnings, ...content.notes];
      for (const run of group) {
        await scoreRun(run, {
          text: textOf(plan, run),
          orders,
          notes,
          certified: content.certified,
          machine: plan,
          options: plan.options,
          started,
          embedSeconds: seconds,
          attempts,
          handlers,
          onBegin: () => progress.scores(done, group),
          onResult: (planned, result) => {
            results.set(planned, result);
            hooks.onResult?.(result);
          },
        });
      }
    });
    for (const run of group) await markUsed(run.store.folder);
    if (results.size > 0) await attempts.run("accuracies.csv", () => rebuild(plan.out, handlers));
  }
  if (runs.length === 0 && results.size > 0) await attempts.run("accuracies.csv", () => rebuild(plan.out, handlers));
  for (const { folder } of plan.texts) await markUsed(folder);
  attempts.finish();
  return plan.runs.flatMap((run) => run.results.map((planned) => results.get(planned) as EvaluateResult));
}

function textOf({ texts }: EvaluationPlan, run: PlannedRun): TextPlan {
  return texts.find(({ checkpoint }) => checkpoint === run.checkpoint) as TextPlan;
}

async function rebuild(out: string, { noteOnce }: RunHandlers): Promise<void> {
  for (const text of await rebuildAccuracies(out)) noteOnce(makeWarning(text));
}
