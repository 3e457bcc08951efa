import { join } from "node:path";
import type { Note } from "../../foundation/notes.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { chunkSizes, type EmbedPromptsOptions, embedChunks } from "../classifier/embed-prompts.ts";
import { buildClassifierFromPrompts, type ZeroShotClassifier } from "../classifier/zero-shot-classifier.ts";
import { isDealtTo, type Shard } from "../embedding/shard.ts";
import { type ClassifierStore, openClassifierStore } from "../store/classifier-store.ts";
import { storedTextKey, textFolderName } from "../store/list-store.ts";
import { openPromptStore, type PromptStore } from "../store/prompt-store.ts";
import type { EvaluationPlan, PlannedResult } from "./evaluation-plan.ts";
import { probePadding, warnOfTextPadding } from "./text-padding.ts";

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
  const store = await openPromptStore(textFolder(plan, checkpoint), textKey(checkpoint));
  return [...new Set(unbuilt.flat(2))].filter((prompt) => !store.has(prompt));
}

export interface EmbedPlanPromptsOptions {
  /** the only shard whose chunks of prompts are embedded, and the number of units that were dealt before them */
  readonly shard?: { readonly shard: Shard; readonly before: number };
  /** prompts embedded, and to embed here; the second is exact for the list at work, at most so many for those after it */
  readonly onProgress?: (done: number, total: number) => void;
  readonly checkStopped?: () => void;
}

/**
 * Embeds the prompts that classifiers not in the store lack. For each classifier in turn, its list is the prompts that none
 * of its checkpoint's before it has, stored or not: what is stored does not depend on who embeds which chunk of a list.
 *
 * @returns the number of prompts embedded
 */
export async function embedPlanPrompts(
  plan: EvaluationPlan,
  { shard, onProgress, checkStopped }: EmbedPlanPromptsOptions,
): Promise<number> {
  const lists = await listPromptWork(plan, shard);
  let ahead = lists.reduce((sum, { most }) => sum + most, 0);
  let done = 0;
  for (const { checkpoint, prompts, store, isOurs, most } of lists) {
    ahead -= most;
    const before = done;
    await embedChunks(checkpoint, prompts, {
      store,
      only: isOurs,
      threads: plan.threads,
      ...(checkStopped === undefined ? {} : { checkStopped }),
      onOpened: (encoder) => probePadding(checkpoint, textFolder(plan, checkpoint), encoder),
      onProgress: (here, total) => {
        done = before + here;
        onProgress?.(done, before + total + ahead);
      },
    });
  }
  return done;
}

/** A list of prompts of which some are to embed here. */
interface PromptWork {
  readonly checkpoint: Checkpoint;
  readonly prompts: readonly string[];
  readonly store: PromptStore;
  readonly isOurs: (chunk: number) => boolean;
  /** prompts to embed at most: those of its chunks that are ours; of these some may be stored */
  readonly most: number;
}

async function listPromptWork(plan: EvaluationPlan, shard: EmbedPlanPromptsOptions["shard"]): Promise<PromptWork[]> {
  const work: PromptWork[] = [];
  let position = shard?.before ?? 0;
  for (const checkpoint of distinctCheckpoints(plan)) {
    let store: PromptStore | null = null;
    for (const { prompts, built } of await promptLists(plan, checkpoint)) {
      const first = position;
      const isOurs = (chunk: number) => shard === undefined || isDealtTo(shard.shard, first + chunk);
      const sizes = chunkSizes(prompts.length);
      position += sizes.length;
      const ours = sizes.reduce((sum, size, chunk) => sum + (isOurs(chunk) ? size : 0), 0);
      if (built || ours === 0) continue;
      store ??= await openPromptStore(textFolder(plan, checkpoint), textKey(checkpoint));
      const lacking = prompts.reduce((count, prompt) => count + (store?.has(prompt) ? 0 : 1), 0);
      if (lacking > 0) work.push({ checkpoint, prompts, store, isOurs, most: Math.min(ours, lacking) });
    }
  }
  return work;
}

/** Builds every classifier of a plan that is not in the store, and puts it there. None stays in memory. */
export async function buildClassifiers(plan: EvaluationPlan, checkStopped: () => void): Promise<void> {
  for (const checkpoint of distinctCheckpoints(plan)) {
    for (const prompts of await unbuiltClassifiers(plan, checkpoint)) {
      await buildAndStore(plan, checkpoint, prompts, { checkStopped });
    }
  }
}

/** Warns of every checkpoint whose padding takes part in its text embeddings and is named by no file. */
export async function warnOfPlanPadding(plan: EvaluationPlan): Promise<Note[]> {
  const notes: Note[] = [];
  for (const checkpoint of distinctCheckpoints(plan)) {
    notes.push(...(await warnOfTextPadding(checkpoint, textFolder(plan, checkpoint), plan.threads)));
  }
  return notes;
}

/** The classifier of a result, from the store; built anew where it has gone or is damaged. */
export async function readClassifier(
  plan: EvaluationPlan,
  checkpoint: Checkpoint,
  result: PlannedResult,
): Promise<ZeroShotClassifier> {
  const prompts = promptsOf(result);
  const stored = await classifierStore(plan, checkpoint).read(prompts);
  return stored === null ? buildAndStore(plan, checkpoint, prompts, {}) : { weights: stored };
}

async function buildAndStore(
  plan: EvaluationPlan,
  checkpoint: Checkpoint,
  prompts: readonly (readonly string[])[],
  options: EmbedPromptsOptions,
): Promise<ZeroShotClassifier> {
  const store = await openPromptStore(textFolder(plan, checkpoint), textKey(checkpoint));
  const classifier = await buildClassifierFromPrompts(checkpoint, prompts, {
    ...options,
    store,
    threads: plan.threads,
  });
  await classifierStore(plan, checkpoint).write(prompts, classifier.weights);
  return classifier;
}

/** The prompts, a list a class, of each of a checkpoint's classifiers that is not in the store. */
async function unbuiltClassifiers(plan: EvaluationPlan, checkpoint: Checkpoint): Promise<(readonly string[])[][]> {
  const store = classifierStore(plan, checkpoint);
  const unbuilt: (readonly string[])[][] = [];
  for (const result of distinctClassifiers(plan, checkpoint)) {
    const prompts = promptsOf(result);
    if (!(await store.has(prompts))) unbuilt.push(prompts);
  }
  return unbuilt;
}

/** For each of a checkpoint's classifiers, the prompts that none before it has, and whether it is in the store. */
async function promptLists(plan: EvaluationPlan, checkpoint: Checkpoint): Promise<PromptList[]> {
  const store = classifierStore(plan, checkpoint);
  const seen = new Set<string>();
  const lists: PromptList[] = [];
  for (const result of distinctClassifiers(plan, checkpoint)) {
    const ofClass = promptsOf(result);
    const prompts = [...new Set(ofClass.flat())].filter((prompt) => !seen.has(prompt));
    for (const prompt of prompts) seen.add(prompt);
    lists.push({ prompts, built: await store.has(ofClass) });
  }
  return lists;
}

interface PromptList {
  readonly prompts: readonly string[];
  readonly built: boolean;
}

/** A result for each classifier that a checkpoint's results need, each once, in their order. */
function distinctClassifiers(plan: EvaluationPlan, checkpoint: Checkpoint): PlannedResult[] {
  const wanted = new Map<string, PlannedResult>();
  for (const run of plan.runs.filter((one) => one.checkpoint === checkpoint)) {
    for (const result of run.results) {
      const key = `${result.classNames.sha256}\n${result.prompts.sha256}`;
      if (!wanted.has(key)) wanted.set(key, result);
    }
  }
  return [...wanted.values()];
}

function distinctCheckpoints(plan: EvaluationPlan): Checkpoint[] {
  return [...new Set(plan.runs.map((run) => run.checkpoint))];
}

/** What decides a text's embedding; every stored file of text contains it. */
function textKey({ fingerprint, text }: Checkpoint): string {
  return storedTextKey(fingerprint, text?.sha256 ?? "");
}

/** Where a checkpoint's text embeddings and classifiers are kept: the same files tokenized otherwise have another place. */
export function textFolder(plan: EvaluationPlan, checkpoint: Checkpoint): string {
  return join(plan.storeRoot, "text", textFolderName(textKey(checkpoint)));
}

function classifierStore(plan: EvaluationPlan, checkpoint: Checkpoint): ClassifierStore {
  return openClassifierStore(textFolder(plan, checkpoint), textKey(checkpoint));
}

function promptsOf(result: PlannedResult): (readonly string[])[] {
  return result.classNames.names.map((name) => result.prompts.promptsOf(name));
}
