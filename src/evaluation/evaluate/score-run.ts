import { makeWarning, type Note, warningsAbout } from "../../foundation/notes.ts";
import type { LabelOrder } from "../scoring/label-order.ts";
import type { Attempts } from "./attempts.ts";
import type { EvaluateResult } from "./evaluate-options.ts";
import { imagesToEmbed, nameRuns, type PlannedResult, type PlannedRun } from "./planned-runs.ts";
import type { RunHandlers } from "./run-handlers.ts";
import type { MachineFacts } from "./run-record.ts";
import { scoreResult } from "./score-result.ts";
import type { TextPlace } from "./text-plan.ts";
import { writeScores } from "./write-scores.ts";

export interface ScoreRunOptions {
  /** location of the checkpoint's classifiers */
  readonly text: TextPlace;
  /** from `readLabelOrders` */
  readonly orders: readonly LabelOrder[];
  /** notes known before scoring; each result keeps the warnings about it */
  readonly notes: readonly Note[];
  /** identity of the certified set that contains the images; null if unknown */
  readonly certified: string | null;
  readonly machine: MachineFacts;
  /** options given by the caller, for the record */
  readonly options: Readonly<Record<string, unknown>>;
  /** start of the evaluation */
  readonly started: Date;
  /** seconds of embedding, shared with the runs that were embedded together */
  readonly embedSeconds: number;
  readonly attempts: Attempts;
  readonly handlers: RunHandlers;
  /** called before each result */
  readonly onBegin: () => void;
  /** called with each result after it is written */
  readonly onResult: (planned: PlannedResult, result: EvaluateResult) => void;
}

/** Scores and writes every result of a run whose images are all embedded. Failures are kept in `attempts`. */
export async function scoreRun(run: PlannedRun, options: ScoreRunOptions): Promise<void> {
  const { text, orders, notes, certified, machine, started, embedSeconds, attempts, handlers } = options;
  const { checkStopped } = handlers;
  const embedded = imagesToEmbed([run]);
  const contentSha256 = await run.store.contentSha256();
  const about = { checkpoint: run.checkpoint.id, benchmark: run.benchmark.id };
  /** If a protocol detects labels in a wrong order, the warning also applies to later protocols. */
  let wrongOrder: Note | null = null;
  for (const result of run.results) {
    checkStopped();
    options.onBegin();
    await attempts.run(nameResult(run, result), async () => {
      const { runtime } = machine;
      const scores = await scoreResult(run, result, { text, orders, runtime, checkStopped });
      const { labelWarning } = scores;
      const { key } = result;
      let labelNote = wrongOrder;
      if (labelWarning !== null) {
        labelNote = makeWarning(labelWarning.text, key);
        handlers.note(labelNote);
        if (labelWarning.isOrder) wrongOrder ??= makeWarning(labelWarning.text, about);
      }
      const warnings = warningsAbout(labelNote === null ? notes : [...notes, labelNote], key);
      const facts = {
        machine,
        options: options.options,
        started,
        embedSeconds,
        embedded,
        contentSha256,
        certified,
        warnings,
      };
      options.onResult(result, await writeScores(run, result, scores, facts));
    });
  }
}

function nameResult(run: PlannedRun, { protocol, prompts }: PlannedResult): string {
  return `${nameRuns([run])} ${protocol.id}, ${prompts.id}`;
}
