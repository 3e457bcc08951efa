import { formatDataInspection } from "../inspection/data-inspection-text.ts";
import { type DataInspection, type InspectDataProgress, inspectData } from "../inspection/inspect-data.ts";
import { printJson, printText } from "./print-result.ts";

export interface InspectDataCommandOptions {
  readonly deep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** default: `.shiftline/store` */
  readonly store?: string;
  readonly benchmark?: readonly string[];
}

/** Milliseconds between two lines of progress, on a terminal and in a log file. */
const EVERY = { terminal: 200, file: 10_000 };

/** Runs `shiftline inspect` on a data folder. Exit status 1 if something is wrong. */
export async function runInspectData(path: string, options: InspectDataCommandOptions): Promise<DataInspection> {
  const progress = options.quiet ? null : startProgress(process.stderr);
  const inspection = await inspectData(path, {
    deep: options.deep ?? false,
    store: options.store ?? ".shiftline/store",
    ...(options.benchmark === undefined ? {} : { benchmarks: options.benchmark }),
    ...(progress === null ? {} : { progress: progress.update }),
  }).finally(() => progress?.stop());
  if (options.json) printJson(inspection);
  else printText(formatDataInspection(inspection));
  if (!inspection.sound) process.exitCode = 1;
  return inspection;
}

/** One line that stays on a terminal; in a log file a line now and then. */
function startProgress(stream: NodeJS.WriteStream): { update(progress: InspectDataProgress): void; stop(): void } {
  let last = performance.now();
  let open = false;
  return {
    update: ({ benchmark, phase, done, total }) => {
      const now = performance.now();
      if (now - last < (stream.isTTY ? EVERY.terminal : EVERY.file)) return;
      last = now;
      const text = `${benchmark}: ${phase} ${done}/${total}`;
      stream.write(stream.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
      open = stream.isTTY === true;
    },
    stop: () => {
      if (open) stream.write("\r\u001b[K");
    },
  };
}
