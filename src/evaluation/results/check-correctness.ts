import { InputError } from "../../foundation/errors.ts";
import type { PredictionCounts } from "../scoring/metrics/metric.ts";
import type { Correctness } from "./correctness.ts";
import { checkCounts, type Figures } from "./metrics-checks.ts";
import { scanPredictions } from "./predictions-file.ts";

/**
 * Compares the counts of a `predictions.csv` with the `metrics.json` in the same folder.
 *
 * @throws InputError naming what differs
 */
export function checkCorrectness(path: string, figures: Figures, correctness: Correctness): void {
  const { n, correct, top5 } = correctness;
  checkCounts(path, figures, { n, top1: correct, top5, classes: countClasses(correctness) });
}

/**
 * Counts by class; an image with several right classes counts for the first. Null if an image has none: it counts for
 * its folder, which the file does not contain.
 */
function countClasses({ labels, classImages, classCorrect }: Correctness): PredictionCounts["classes"] {
  if (labels.includes("")) return null;
  const classes = new Map<string, number>();
  const n: number[] = [];
  const correct: number[] = [];
  for (const [l, label] of labels.entries()) {
    const [first] = label.split(";") as [string];
    const c = classes.get(first) ?? classes.size;
    classes.set(first, c);
    n[c] = (n[c] ?? 0) + (classImages[l] as number);
    correct[c] = (correct[c] ?? 0) + (classCorrect[l] as number);
  }
  return { n, correct };
}

/**
 * Refuses predictions with a duplicate image.
 *
 * @param bytes a `predictions.csv`
 * @throws InputError naming the image
 */
export function checkImagesOnce(bytes: Uint8Array, path: string): void {
  const seen = new Set<string>();
  scanPredictions(bytes, path, (row) => {
    const bytes = row.bytes.toString("latin1", row.from, row.to); // cheaper than the decoded name, and equally unique
    if (seen.has(bytes)) throw new InputError(`${path}: image ${row.image()} appears twice`);
    seen.add(bytes);
  });
}
