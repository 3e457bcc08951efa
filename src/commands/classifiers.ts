import { join } from "node:path";
import type { Checkpoint } from "../checkpoint/open-checkpoint.ts";
import { openPromptStore, type PromptStore } from "../classifier/prompt-store.ts";
import { buildClassifierFromPrompts, type ZeroShotClassifier } from "../classifier/zero-shot-classifier.ts";
import type { EvaluationPlan, PlannedResult, PlannedRun } from "./evaluation-plan.ts";

/** The text side of a plan: where each checkpoint's text embeddings are kept, and the prompts it still lacks. */
export interface PromptPlan {
  readonly stores: ReadonlyMap<Checkpoint, PromptStore>;
  readonly missing: ReadonlyMap<Checkpoint, readonly string[]>;
  readonly total: number;
}

export async function planPrompts(plan: EvaluationPlan): Promise<PromptPlan> {
  const stores = new Map<Checkpoint, PromptStore>();
  const missing = new Map<Checkpoint, Set<string>>();
  for (const { run, result } of distinctClassifiers(plan).values()) {
    const { checkpoint } = run;
    const folder = join(plan.storeRoot, "text", checkpoint.fingerprint.slice(0, 16));
    const store = stores.get(checkpoint) ?? (await openPromptStore(folder));
    stores.set(checkpoint, store);
    const prompts = missing.get(checkpoint) ?? new Set();
    for (const prompt of promptsOf(result).flat()) if (!store.has(prompt)) prompts.add(prompt);
    missing.set(checkpoint, prompts);
  }
  const total = [...missing.values()].reduce((sum, prompts) => sum + prompts.size, 0);
  return { stores, missing: new Map([...missing].map(([checkpoint, prompts]) => [checkpoint, [...prompts]])), total };
}

/** Every classifier of a plan, each built once. */
export async function buildClassifiers(
  plan: EvaluationPlan,
  prompts: PromptPlan,
  options: { readonly onProgress?: (done: number) => void; readonly checkStopped?: () => void },
): Promise<(run: PlannedRun, result: PlannedResult) => ZeroShotClassifier> {
  const classifiers = new Map<string, ZeroShotClassifier>();
  let before = 0;
  for (const [key, { run, result }] of distinctClassifiers(plan)) {
    let here = 0;
    const classifier = await buildClassifierFromPrompts(run.checkpoint, promptsOf(result), {
      store: prompts.stores.get(run.checkpoint) as PromptStore,
      threads: plan.threads,
      ...(options.checkStopped === undefined ? {} : { checkStopped: options.checkStopped }),
      onProgress: (done) => {
        here = done;
        options.onProgress?.(before + done);
      },
    });
    before += here;
    classifiers.set(key, classifier);
  }
  return (run, result) => classifiers.get(classifierKey(run, result)) as ZeroShotClassifier;
}

function distinctClassifiers(plan: EvaluationPlan): Map<string, { run: PlannedRun; result: PlannedResult }> {
  const wanted = new Map<string, { run: PlannedRun; result: PlannedResult }>();
  for (const run of plan.runs) {
    for (const result of run.results) wanted.set(classifierKey(run, result), { run, result });
  }
  return wanted;
}

function classifierKey(run: PlannedRun, result: PlannedResult): string {
  return `${run.checkpoint.id}\n${result.classNames.sha256}\n${result.prompts.sha256}`;
}

function promptsOf(result: PlannedResult): (readonly string[])[] {
  return result.classNames.names.map((name) => result.prompts.promptsOf(name));
}
