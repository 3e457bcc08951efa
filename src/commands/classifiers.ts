import { join } from "node:path";
import type { Checkpoint } from "../checkpoint/open-checkpoint.ts";
import { type ClassifierStore, openClassifierStore } from "../classifier/classifier-store.ts";
import type { EmbedPromptsOptions } from "../classifier/embed-prompts.ts";
import { openPromptStore } from "../classifier/prompt-store.ts";
import { buildClassifierFromPrompts, type ZeroShotClassifier } from "../classifier/zero-shot-classifier.ts";
import type { EvaluationPlan, PlannedResult } from "./evaluation-plan.ts";

/** The text side of a plan: how many prompts each checkpoint still lacks. Only checkpoints that need text are in it. */
export interface PromptPlan {
  readonly missing: ReadonlyMap<Checkpoint, number>;
  readonly total: number;
}

export async function planPrompts(plan: EvaluationPlan): Promise<PromptPlan> {
  const missing = new Map<Checkpoint, number>();
  for (const checkpoint of distinctCheckpoints(plan)) {
    missing.set(checkpoint, (await missingPrompts(plan, checkpoint)).length);
  }
  return { missing, total: [...missing.values()].reduce((sum, count) => sum + count, 0) };
}

/** The prompts of a checkpoint's classifiers that are not in the store, each once. */
export async function missingPrompts(plan: EvaluationPlan, checkpoint: Checkpoint): Promise<string[]> {
  const unbuilt = await unbuiltClassifiers(plan, checkpoint);
  if (unbuilt.length === 0) return [];
  const store = await openPromptStore(textFolder(plan, checkpoint));
  return [...new Set(unbuilt.flat(2))].filter((prompt) => !store.has(prompt));
}

/** Builds every classifier of a plan that is not in the store, and puts it there. None stays in memory. */
export async function buildClassifiers(
  plan: EvaluationPlan,
  options: { readonly onProgress?: (done: number) => void; readonly checkStopped?: () => void },
): Promise<void> {
  let before = 0;
  for (const checkpoint of distinctCheckpoints(plan)) {
    for (const prompts of await unbuiltClassifiers(plan, checkpoint)) {
      let here = 0;
      await buildAndStore(plan, checkpoint, prompts, {
        ...(options.checkStopped === undefined ? {} : { checkStopped: options.checkStopped }),
        onProgress: (done) => {
          here = done;
          options.onProgress?.(before + done);
        },
      });
      before += here;
    }
  }
}

/** The classifier of a result, from the store; built anew where it has gone or is damaged. */
export async function readClassifier(
  plan: EvaluationPlan,
  checkpoint: Checkpoint,
  result: PlannedResult,
): Promise<ZeroShotClassifier> {
  const prompts = promptsOf(result);
  const stored = await classifierStore(plan, checkpoint).read(prompts);
  return stored ?? buildAndStore(plan, checkpoint, prompts, {});
}

async function buildAndStore(
  plan: EvaluationPlan,
  checkpoint: Checkpoint,
  prompts: readonly (readonly string[])[],
  options: EmbedPromptsOptions,
): Promise<ZeroShotClassifier> {
  const store = await openPromptStore(textFolder(plan, checkpoint));
  const classifier = await buildClassifierFromPrompts(checkpoint, prompts, {
    ...options,
    store,
    threads: plan.threads,
  });
  await classifierStore(plan, checkpoint).write(prompts, classifier);
  return classifier;
}

/** The prompts, a list a class, of each of a checkpoint's classifiers that is not in the store. */
async function unbuiltClassifiers(plan: EvaluationPlan, checkpoint: Checkpoint): Promise<(readonly string[])[][]> {
  const store = classifierStore(plan, checkpoint);
  const unbuilt = new Map<string, (readonly string[])[]>();
  for (const run of plan.runs.filter((one) => one.checkpoint === checkpoint)) {
    for (const result of run.results) {
      const key = `${result.classNames.sha256}\n${result.prompts.sha256}`;
      if (unbuilt.has(key)) continue;
      const prompts = promptsOf(result);
      unbuilt.set(key, (await store.has(prompts)) ? [] : prompts);
    }
  }
  return [...unbuilt.values()].filter((prompts) => prompts.length > 0);
}

function distinctCheckpoints(plan: EvaluationPlan): Checkpoint[] {
  return [...new Set(plan.runs.map((run) => run.checkpoint))];
}

function textFolder(plan: EvaluationPlan, checkpoint: Checkpoint): string {
  return join(plan.storeRoot, "text", checkpoint.fingerprint.slice(0, 16));
}

function classifierStore(plan: EvaluationPlan, checkpoint: Checkpoint): ClassifierStore {
  return openClassifierStore(textFolder(plan, checkpoint));
}

function promptsOf(result: PlannedResult): (readonly string[])[] {
  return result.classNames.names.map((name) => result.prompts.promptsOf(name));
}
