import { dryRun } from "../../evaluation/evaluate/dry-run.ts";
import { embedShard } from "../../evaluation/evaluate/embed-shard.ts";
import { evaluate } from "../../evaluation/evaluate/evaluate.ts";
import type { EvaluateOptions, EvaluateProgress, EvaluateResult } from "../../evaluation/evaluate/evaluate-options.ts";
import { describeMissing, MissingEmbeddingsError } from "../../evaluation/evaluate/missing-embeddings.ts";
import { metricsRecord } from "../../evaluation/results/metrics-file.ts";
import { InputError } from "../../foundation/errors.ts";
import { someNames } from "../../foundation/notes.ts";
import { duration, plural } from "../../foundation/number-text.ts";
import { printable } from "../../output/tables/text-table.ts";
import { resolveShard } from "../cluster/shard-environment.ts";
import { shellLine } from "../cluster/shell-quote.ts";
import { formatDryRun } from "./dry-run-text.ts";
import { type EvaluateCommandOptions, evaluateArguments, toOptions } from "./evaluate-arguments.ts";
import { createNoteBuffer } from "./note-buffer.ts";
import { checkOutputFolder } from "./output-place.ts";
import { printJson, printText } from "./print-result.ts";
import { type ProgressReporter, startProgress, type TaskProgress } from "./progress-reporter.ts";
import { sameCommand } from "./same-command.ts";
import { evaluateTable } from "./show-results.ts";
import { listenForStop, StoppedError } from "./stop-signals.ts";
import { answerStop } from "./supervised-process.ts";

/** Maximum number of checkpoints named in a progress line. */
const CHECKPOINTS_NAMED = 2;

/**
 * Runs `shiftline evaluate`. Results go to stdout, progress and notes to stderr.
 *
 * @param study JSON file of the study that names the benchmarks; determines titles and order of the table
 */
export async function runEvaluate(
  checkpoints: string[],
  command: EvaluateCommandOptions,
  study?: string,
): Promise<void> {
  const progress = startProgress({ quiet: command.quiet ?? false });
  const notes = createNoteBuffer((line) => progress.warning(line), command);
  const stop = listenForStop((text) => progress.note(text), answerStop);
  const scored: EvaluateResult[] = [];
  try {
    checkTogether(command);
    await checkOutputFolder(command.out, "results");
    const options: EvaluateOptions = {
      ...toOptions(checkpoints, command),
      onProgress: (state) => {
        if (!isPlanning(state)) notes.flush();
        progress.update(describeProgress(state));
      },
      onNote: (note) => notes.add(note),
      onResult: (result) => {
        notes.flush();
        scored.push(result);
      },
      signal: stop.signal,
    };
    if (command.shard !== undefined) return await runShard(options, command, progress, notes.flush);
    if (command.dryRun) {
      const result = await dryRun(options);
      notes.flush();
      if (command.json) printJson(result);
      else printText(formatDryRun(result));
      return;
    }
    const results = await evaluate(options);
    notes.flush();
    await printResults(results, command, study, progress);
  } catch (error) {
    notes.flush();
    progress.stop();
    if (!(error instanceof StoppedError) && scored.length > 0) {
      await printResults(scored, command, study, progress);
    }
    if (error instanceof StoppedError) {
      progress.note(`${error.message}; run the same command again to continue: ${sameCommand()}`);
    }
    if (error instanceof MissingEmbeddingsError) throw sayMissing(error, checkpoints, command);
    throw error;
  } finally {
    progress.stop();
    stop.dispose();
  }
}

/** Whether planning is in progress; notes from this phase are printed together. */
function isPlanning({ phase }: EvaluateProgress): boolean {
  return phase === "checks" || phase === "files";
}

/** Describes progress: a phase is named after the items it counts, and images that follow prompts are announced. */
function describeProgress({ phase, imagesAhead, checkpoints, benchmark, ...state }: EvaluateProgress): TaskProgress {
  const next = imagesAhead > 0 ? plural(imagesAhead, "image") : undefined;
  const of = checkpoints.length === 0 ? [] : [someNames(checkpoints, CHECKPOINTS_NAMED)];
  const about = [...of, ...(benchmark === null ? [] : [`on ${benchmark}`])].join(" ");
  return { task: phase, unit: phase, ...state, next, about };
}

async function printResults(
  results: readonly EvaluateResult[],
  command: EvaluateCommandOptions,
  study: string | undefined,
  progress: ProgressReporter,
): Promise<void> {
  progress.stop();
  const skipped = results.reduce((sum, result) => sum + result.skipped, 0);
  if (skipped > 0) progress.note("note: unreadable images were skipped; run.json lists them");
  if (command.json) printJson(results.map(toJson));
  else {
    const { out, benchmark = [] } = command;
    const { columns, isTTY } = process.stdout;
    printText(await evaluateTable(results, { out, benchmarks: benchmark, study, width: isTTY ? columns : null }));
  }
  progress.note(`written to ${printable(command.out)}`);
}

/** Converts a result to the fields of `metrics.json`. */
function toJson({ folder, skipped, warnings, ...metrics }: EvaluateResult) {
  return { ...metricsRecord(metrics), folder, skipped, warnings };
}

/** Makes a shard's embeddings and prints a summary. */
async function runShard(
  options: EvaluateOptions,
  command: EvaluateCommandOptions,
  progress: ProgressReporter,
  flushNotes: () => void,
): Promise<void> {
  const shard = resolveShard(command.shard as string);
  const result = await embedShard(options, shard);
  flushNotes();
  progress.stop();
  if (command.json) printJson(result);
  const { imagesEmbedded, promptsEmbedded, seconds } = result;
  progress.note(
    `shard ${shard.index}/${shard.count}: embedded ${plural(imagesEmbedded, "image")} and ${plural(promptsEmbedded, "prompt")} in ${duration(seconds)}; once every shard is done, the same command without --shard scores them`,
  );
}

/** @throws InputError for options that contradict each other */
function checkTogether({ shard, mergeOnly, dryRun }: EvaluateCommandOptions): void {
  if (shard !== undefined && mergeOnly)
    throw new InputError("--shard only embeds and --merge-only only scores: use one of them");
  if (shard !== undefined && dryRun) throw new InputError("--dry-run covers the whole command: remove --shard");
}

/** Lists missing embeddings, one per line, and prints the command that makes them. */
function sayMissing(
  { missing }: MissingEmbeddingsError,
  checkpoints: readonly string[],
  command: EvaluateCommandOptions,
): InputError {
  for (const row of missing) process.stderr.write(`missing: ${printable(describeMissing(row))}\n`);
  const { mergeOnly: _, quiet: __, json: ___, ...finish } = command;
  const line = shellLine(["shiftline", "evaluate", ...evaluateArguments(checkpoints, finish)]);
  return new InputError(
    `embeddings are missing, so nothing was scored; this command makes them and scores (add --shard I/N to divide the work): ${line}`,
  );
}
