import { join } from "node:path";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { atomicWrite, type FileContent } from "../../foundation/files/atomic-write.ts";
import { removeStaleFiles } from "../../foundation/files/stale-files.ts";
import { CLASSES_FILE } from "./classes-file.ts";
import { formatMetrics, METRICS_FILE, type ResultMetrics } from "./metrics-file.ts";
import { PREDICTIONS_FILE } from "./predictions-file.ts";
import { formatRun, RUN_FILE, type RunRecord } from "./run-file.ts";

/** `<out>/<checkpoint>/<benchmark>/<protocol>/<prompts>` */
export function resultFolder(out: string, key: EvaluationKey, defaultClassNames: string): string {
  const [withDefault, withOwn] = resultPrompts(key) as [string, string];
  const prompts = key.classNames === defaultClassNames ? withDefault : withOwn;
  return join(out, key.checkpoint, key.benchmark, key.protocol, prompts);
}

/**
 * Returns the possible names of the prompts' folder: without class names if they are the protocol's default, else with
 * them.
 */
export function resultPrompts({ templates, classNames }: Pick<EvaluationKey, "templates" | "classNames">): string[] {
  return [templates, `${templates}+${classNames}`];
}

/** Content of a result's files. */
export interface ResultFiles {
  readonly run: RunRecord;
  readonly metrics: ResultMetrics;
  readonly predictions: FileContent;
  /** of `formatClasses` */
  readonly classes: string;
}

/** Writes a result's files; `metrics.json` is written last, so that the other files exist if it does. */
export async function writeResult(folder: string, files: ResultFiles): Promise<void> {
  await removeStaleFiles(folder);
  await atomicWrite(join(folder, CLASSES_FILE), files.classes);
  await atomicWrite(join(folder, PREDICTIONS_FILE), files.predictions);
  await atomicWrite(join(folder, RUN_FILE), formatRun(files.run));
  await atomicWrite(join(folder, METRICS_FILE), formatMetrics(files.metrics));
}
