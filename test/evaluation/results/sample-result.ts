import type { ResultMetrics } from "../../../src/evaluation/results/metrics-file.ts";
import { resultFolder, writeResult } from "../../../src/evaluation/results/result-folder.ts";
import type { RunRecord } from "../../../src/evaluation/results/run-file.ts";
import { countFigure } from "../../../src/evaluation/scoring/metrics/count-figure.ts";
import type { FileContent } from "../../../src/foundation/files/atomic-write.ts";

/** The class names whose result folders omit them. */
const CLASS_NAMES = "imagenet-openai";

/**
 * A result on ImageNet with only a top-1 accuracy.
 *
 * @param correct correct images of `n`; default 10
 */
export function sampleResult(of: Partial<ResultMetrics>, correct: number): ResultMetrics {
  const n = of.n ?? 10;
  return {
    checkpoint: "a",
    benchmark: "imagenet",
    protocol: "1000",
    templates: "openai-80",
    classNames: CLASS_NAMES,
    n,
    expectedN: n,
    metrics: [{ metric: "top1", ...countFigure(correct, n) }],
    ...of,
  };
}

/**
 * Writes the three files of a result.
 *
 * @param run parts of a `run.json`; older versions wrote fewer
 * @returns their folder
 */
export async function writeSample(
  out: string,
  metrics: ResultMetrics,
  run: object = {},
  predictions: FileContent = "",
): Promise<string> {
  const folder = resultFolder(out, metrics, CLASS_NAMES);
  await writeResult(folder, { run: run as RunRecord, metrics, predictions, classes: "label,class_name\n" });
  return folder;
}
