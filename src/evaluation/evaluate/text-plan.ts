import { join } from "node:path";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import { type ClassNameList, namesOfRows } from "../classifier/class-names.ts";
import type { PromptSet } from "../classifier/prompt-set.ts";
import { openClassifierStore } from "../store/classifier-store.ts";
import { storedTextKey, textFolderName } from "../store/list-store.ts";
import { openPromptStore } from "../store/prompt-store.ts";
import { checkpointsOf, type PlannedRun } from "./planned-runs.ts";

/** Inputs of a zero-shot classifier other than the checkpoint. */
export interface ClassifierDefinition {
  readonly classNames: ClassNameList;
  /** rows of the class names in the classifier, ascending; null for all */
  readonly nameRows: readonly number[] | null;
  readonly prompts: PromptSet;
}

export interface PlannedClassifier extends ClassifierDefinition {
  /** whether its weights were in the store when the plan was made */
  readonly isBuilt: boolean;
}

/** Location of a checkpoint's text embeddings and classifiers. */
export interface TextPlace {
  readonly checkpoint: Checkpoint;
  /** folder; the same files with other tokenization use another folder */
  readonly folder: string;
  /** everything that determines a text's embedding; stored in every text file */
  readonly key: string;
}

/** The text side of one checkpoint. */
export interface TextPlan extends TextPlace {
  /** distinct classifiers that its results need, in order */
  readonly classifiers: readonly PlannedClassifier[];
  /** distinct prompts of unbuilt classifiers that are not in the store */
  readonly missing: number;
}

/** Plans the text side of every checkpoint that has runs. */
export async function planTexts(
  storeRoot: string,
  runs: readonly Pick<PlannedRun, "checkpoint" | "results">[],
  runtime: RuntimeKind,
): Promise<TextPlan[]> {
  const texts: TextPlan[] = [];
  for (const checkpoint of checkpointsOf(runs)) {
    const place = textPlace(storeRoot, checkpoint, runtime);
    const store = openClassifierStore(place.folder, place.key);
    const classifiers: PlannedClassifier[] = [];
    for (const definition of distinctClassifiers(runs.filter((run) => run.checkpoint === checkpoint))) {
      const { classNames, nameRows, prompts } = definition;
      const isBuilt = await store.has(promptsOfClasses(definition));
      classifiers.push({ classNames, nameRows, prompts, isBuilt });
    }
    const missing = await missingPrompts({ ...place, classifiers });
    texts.push({ ...place, classifiers, missing: missing.length });
  }
  return texts;
}

/** Counts the prompts that text plans must embed. */
export function promptsToEmbed(texts: readonly Pick<TextPlan, "missing">[]): number {
  return texts.reduce((sum, { missing }) => sum + missing, 0);
}

function textPlace(storeRoot: string, checkpoint: Checkpoint, runtime: RuntimeKind): TextPlace {
  const key = storedTextKey(checkpoint.fingerprint, checkpoint.text?.sha256 ?? "", runtime);
  return { checkpoint, key, folder: join(storeRoot, "text", textFolderName(key)) };
}

function distinctClassifiers(runs: readonly Pick<PlannedRun, "results">[]): ClassifierDefinition[] {
  const distinct = new Map<string, ClassifierDefinition>();
  for (const result of runs.flatMap(({ results }) => results)) {
    const key = `${result.classNames.sha256}\n${result.nameRows?.join() ?? ""}\n${result.prompts.sha256}`;
    if (!distinct.has(key)) distinct.set(key, result);
  }
  return [...distinct.values()];
}

/** Returns the distinct prompts of a checkpoint's unbuilt classifiers that are not in the store. */
export async function missingPrompts(text: Omit<TextPlan, "missing">): Promise<string[]> {
  const unbuilt = text.classifiers.filter(({ isBuilt }) => !isBuilt);
  if (unbuilt.length === 0) return [];
  const store = await openPromptStore(text.folder, text.key);
  const wanted = new Set<string>();
  for (const classifier of unbuilt) {
    for (const prompts of promptsOfClasses(classifier)) for (const prompt of prompts) wanted.add(prompt);
  }
  return [...wanted].filter((prompt) => !store.has(prompt));
}

/**
 * Returns the prompts of each class, c lists in the order of the class names. Computed on demand: 80,000 prompts take 8
 * MB.
 */
export function promptsOfClasses({ classNames, nameRows, prompts }: ClassifierDefinition): (readonly string[])[] {
  return namesOfRows(classNames, nameRows).map((name) => prompts.promptsOf(name));
}

/** A list of prompts to embed, one per classifier of a text plan. */
export interface PromptList {
  /** prompts that no earlier classifier of the checkpoint uses, so that lists do not depend on the store */
  readonly prompts: readonly string[];
  readonly isBuilt: boolean;
}

export function* promptLists({ classifiers }: Pick<TextPlan, "classifiers">): Iterable<PromptList> {
  const seen = new Set<string>();
  for (const classifier of classifiers) {
    const prompts: string[] = [];
    for (const prompt of promptsOfClasses(classifier).flat()) {
      if (seen.has(prompt)) continue;
      seen.add(prompt);
      prompts.push(prompt);
    }
    yield { prompts, isBuilt: classifier.isBuilt };
  }
}
