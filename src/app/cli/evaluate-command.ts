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

/** Checkpoints at work that a line of progress names. */
const CHECKPOINTS_NAMED = 2;

/**
 * Runs `shiftline evaluate`: progress and notes to stderr, results to stdout.
 *
 * @param study JSON file of the study that names the benchmarks, for the titles and the order of the table
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
      progress.note(`${error.message}; run the same command again to go on: ${sameCommand()}`);
    }
    if (error instanceof MissingEmbeddingsError) throw sayMissing(error, checkpoints, command);
    throw error;
  } finally {
    progress.stop();
    stop.dispose();
  }
}

/** Whether the plan is made yet: what it notes is printed together. */
function isPlanning({ phase }: EvaluateProgress): boolean {
  return phase === "checks" || phase === "files";
}

/** A phase counts what it is called; images that come after the prompts are named. */
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
  if (skipped > 0) progress.note("note: images that could not be read were skipped; run.json names them");
  if (command.json) printJson(results.map(toJson));
  else {
    const { out, benchmark = [] } = command;
    const { columns, isTTY } = process.stdout;
    printText(await evaluateTable(results, { out, benchmarks: benchmark, study, width: isTTY ? columns : null }));
  }
  progress.note(`written to ${printable(command.out)}`);
}

/** A result in the words of `metrics.json`. */
function toJson({ folder, skipped, warnings, ...metrics }: EvaluateResult) {
  return { ...metricsRecord(metrics), folder, skipped, warnings };
}

/** Makes a shard's embeddings and says what it made. */
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
    throw new InputError("--shard embeds and --merge-only scores: give one of them");
  if (shard !== undefined && dryRun) throw new InputError("--dry-run is of the whole command: leave --shard out");
}

/** Lists what is missing, a line each, and says with what command it is made. */
function sayMissing(
  { missing }: MissingEmbeddingsError,
  checkpoints: readonly string[],
  command: EvaluateCommandOptions,
): InputError {
  for (const row of missing) process.stderr.write(`missing: ${printable(describeMissing(row))}\n`);
  const { mergeOnly: _, quiet: __, json: ___, ...finish } = command;
  const line = shellLine(["shiftline", "evaluate", ...evaluateArguments(checkpoints, finish)]);
  return new InputError(
    `embeddings are missing, so nothing was scored; this makes them and scores, or shares them out with --shard I/N added: ${line}`,
  );
}
