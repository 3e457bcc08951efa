import type { Note } from "../../foundation/notes.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import type { Attempts } from "./attempts.ts";
import { buildClassifiers } from "./build-classifiers.ts";
import { embedMissingPrompts } from "./embed-missing-prompts.ts";
import { nameRuns, type PlannedRun } from "./planned-runs.ts";
import { promptCosts } from "./prompt-costs.ts";
import type { RunHandlers } from "./run-handlers.ts";
import { warnOfTextPadding } from "./text-padding.ts";
import type { TextPlan } from "./text-plan.ts";

export interface PrepareTextsOptions {
  readonly runtime: Runtime;
  readonly attempts: Attempts;
  readonly handlers: RunHandlers;
  /** called with the number of prompts embedded, the total, the current checkpoint, and the completed share of time */
  readonly onProgress: (done: number, checkpoint: string, share: number) => void;
}

export interface PreparedTexts {
  /** checkpoints with all classifiers in the store */
  readonly checkpoints: ReadonlySet<Checkpoint>;
  /** warnings about padding that affects text embeddings; already reported to the caller */
  readonly warnings: readonly Note[];
}

/** Embeds missing prompts and builds the classifiers, one checkpoint at a time. */
export async function prepareTexts(
  { texts, runs }: { readonly texts: readonly TextPlan[]; readonly runs: readonly PlannedRun[] },
  { runtime, attempts, handlers, onProgress }: PrepareTextsOptions,
): Promise<PreparedTexts> {
  const { checkStopped } = handlers;
  const checkpoints = new Set<Checkpoint>();
  const warnings: Note[] = [];
  let before = 0;
  let costBefore = 0;
  const costs = await promptCosts(texts, runtime);
  const costOf = (text: TextPlan, prompts: number) => (costs.get(text) as number) * prompts;
  const cost = texts.reduce((sum, text) => sum + costOf(text, text.missing), 0);
  for (const text of texts) {
    const ofCheckpoint = runs.filter(({ checkpoint }) => checkpoint === text.checkpoint);
    const isPrepared = await attempts.run(nameRuns(ofCheckpoint), async () => {
      await embedMissingPrompts([text], {
        runtime,
        checkStopped,
        onProgress: (done) => onProgress(before + done, text.checkpoint.id, (costBefore + costOf(text, done)) / cost),
      });
      const found = await warnOfTextPadding(text, runtime);
      for (const warning of found) handlers.note(warning);
      warnings.push(...found);
      await buildClassifiers(text, { runtime, checkStopped });
    });
    before += text.missing;
    costBefore += costOf(text, text.missing);
    if (isPrepared) checkpoints.add(text.checkpoint);
  }
  return { checkpoints, warnings };
}
