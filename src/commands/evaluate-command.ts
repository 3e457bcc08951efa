import { InputError } from "../input-error.ts";
import { formatAccuracyTable } from "../report/tables/accuracy-table.ts";
import { printable } from "../report/tables/text-table.ts";
import { dryRun, formatDryRun } from "./dry-run.ts";
import { evaluate } from "./evaluate.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import { startProgressLine } from "./progress-line.ts";
import { sameCommand } from "./same-command.ts";
import { listenForStop, StoppedError } from "./stop-signals.ts";

/** The options of `shiftline evaluate` as the command line gives them. */
export interface EvaluateCommandOptions {
  readonly data?: string;
  readonly dataDir?: [string, string][];
  readonly benchmark?: string[];
  readonly templates?: string[];
  readonly classNames?: string;
  readonly out: string;
  readonly store?: string;
  readonly name?: [string, string][];
  readonly variant?: string;
  readonly limit?: number;
  readonly allowIncomplete?: boolean;
  readonly skipUnreadable?: boolean;
  readonly dryRun?: boolean;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly partSize?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs `shiftline evaluate`: progress and notes to stderr, results to stdout. */
export async function runEvaluate(checkpoints: string[], command: EvaluateCommandOptions): Promise<void> {
  const progress = startProgressLine(command.quiet ?? false);
  const stop = listenForStop((text) => progress.note(text));
  try {
    const options: EvaluateOptions = {
      ...toOptions(checkpoints, command),
      onProgress: (state) => progress.update(state),
      onNote: (note) => progress.note(`note: ${printable(note)}`),
      signal: stop.signal,
    };
    if (command.dryRun) {
      const result = await dryRun(options);
      process.stdout.write(command.json ? `${JSON.stringify(result, null, 2)}\n` : formatDryRun(result));
      return;
    }
    const results = await evaluate(options);
    progress.stop();
    const skipped = results.reduce((sum, result) => sum + result.skipped, 0);
    if (skipped > 0) progress.note("note: images that could not be read were skipped; run.json names them");
    process.stdout.write(command.json ? `${JSON.stringify(results, null, 2)}\n` : `${formatAccuracyTable(results)}\n`);
    progress.note(`written to ${command.out}`);
  } catch (error) {
    progress.stop();
    if (error instanceof StoppedError) {
      progress.note(`${error.message}; run the same command again to go on: ${sameCommand()}`);
    }
    throw error;
  } finally {
    progress.stop();
    stop.dispose();
  }
}

function toOptions(checkpoints: string[], command: EvaluateCommandOptions): EvaluateOptions {
  const { dataDir, benchmark, name, dryRun: _, quiet: __, json: ___, ...same } = command;
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined));
  return {
    ...given,
    checkpoints,
    ...(benchmark === undefined ? {} : { benchmarks: benchmark }),
    ...(dataDir === undefined ? {} : { dataDirs: oneEach(dataDir, "--data-dir") }),
    ...(name === undefined
      ? {}
      : {
          names: oneEach(
            name.map(([id, path]) => [path, id]),
            "--name",
          ),
        }),
  };
}

function oneEach(entries: [string, string][], option: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (Object.hasOwn(result, key)) throw new InputError(`${option}: ${key} is given twice`);
    result[key] = value;
  }
  return result;
}
