import type { Runtime } from "../../model/onnx/runtime.ts";
import { buildClassifierFromPrompts, type ZeroShotClassifier } from "../classifier/zero-shot-classifier.ts";
import { openClassifierStore } from "../store/classifier-store.ts";
import { openPromptStore } from "../store/prompt-store.ts";
import { type ClassifierDefinition, promptsOfClasses, type TextPlace, type TextPlan } from "./text-plan.ts";

export interface BuildOptions {
  readonly runtime: Runtime;
  readonly checkStopped: () => void;
}

/** Builds and stores every classifier of a checkpoint that is not in the store. None is kept in memory. */
export async function buildClassifiers(text: TextPlan, options: BuildOptions): Promise<void> {
  const store = openClassifierStore(text.folder, text.key);
  for (const classifier of text.classifiers.filter(({ isBuilt }) => !isBuilt)) {
    const prompts = promptsOfClasses(classifier);
    // Another run may have built it in the meantime
    if (!(await store.has(prompts))) await buildAndStore(text, prompts, options);
  }
}

/** Reads a classifier from the store, and rebuilds it if it is missing or damaged. */
export async function readClassifier(
  text: TextPlace,
  definition: ClassifierDefinition,
  options: BuildOptions,
): Promise<ZeroShotClassifier> {
  const prompts = promptsOfClasses(definition);
  const stored = await openClassifierStore(text.folder, text.key).read(prompts);
  return stored === null ? buildAndStore(text, prompts, options) : { weights: stored };
}

/** @param prompts c lists, one per class */
async function buildAndStore(
  { checkpoint, folder, key }: TextPlace,
  prompts: readonly (readonly string[])[],
  { runtime, checkStopped }: BuildOptions,
): Promise<ZeroShotClassifier> {
  const store = await openPromptStore(folder, key);
  const classifier = await buildClassifierFromPrompts(checkpoint, prompts, { ...runtime, checkStopped, store });
  await openClassifierStore(folder, key).write(prompts, classifier.weights);
  return classifier;
}
