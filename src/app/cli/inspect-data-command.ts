import { formatDataInspection } from "../inspection/data-inspection-text.ts";
import { type DataInspection, inspectData } from "../inspection/inspect-data.ts";
import { printJson, printText } from "./print-result.ts";
import { startProgress } from "./progress-reporter.ts";

export interface InspectDataCommandOptions {
  readonly deep?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** default: `.shiftline/store` */
  readonly store?: string;
  readonly benchmark?: readonly string[];
  readonly zipPasswordFile?: string;
  readonly folderNames?: readonly (readonly [string, string])[];
}

/** Runs `shiftline inspect` on a data folder. The exit status is 1 if it has an error. */
export async function runInspectData(path: string, options: InspectDataCommandOptions): Promise<DataInspection> {
  const progress = startProgress({ quiet: options.quiet ?? false, isBrief: true });
  const inspection = await inspectData(path, {
    deep: options.deep ?? false,
    store: options.store ?? ".shiftline/store",
    zipPasswordFile: options.zipPasswordFile,
    ...(options.benchmark === undefined ? {} : { benchmarks: options.benchmark }),
    ...(options.folderNames === undefined ? {} : { folderNames: Object.fromEntries(options.folderNames) }),
    progress: ({ benchmark, phase, done, total }) =>
      progress.update({ task: `${benchmark}: ${phase}`, unit: "images", done, total }),
  }).finally(() => progress.stop());
  if (options.json) printJson(inspection);
  else printText(formatDataInspection(inspection));
  if (!inspection.sound) process.exitCode = 1;
  return inspection;
}
