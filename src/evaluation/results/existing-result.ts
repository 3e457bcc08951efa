import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readBytes, readText } from "../../foundation/files/read-text.ts";
import { checkCorrectness } from "./check-correctness.ts";
import { parseCorrectness } from "./correctness.ts";
import { type IdentifiedImages, type ImagePairing, pairImages } from "./image-pairing.ts";
import { type ImagePrediction, identifyPredictions } from "./image-predictions.ts";
import { METRICS_FILE, parseMetrics, type ResultMetrics } from "./metrics-file.ts";
import { parsePredictions } from "./parse-predictions.ts";
import { PREDICTIONS_FILE } from "./predictions-file.ts";
import { checkRun, RUN_FILE, readRun } from "./run-file.ts";

/** An existing result. */
export interface ExistingResult {
  readonly metrics: ResultMetrics;
  /** images that were unreadable when it was made */
  readonly skipped: number;
  readonly warnings: readonly string[];
}

/**
 * Reads a result of the same images and labels as the present ones. Images are compared by content, independent of
 * container, order and names.
 *
 * @param folder folder of the result; its recipe differs only in the list of images, see `checkReplaceable`
 * @param images present readable images that its protocol scores
 * @throws InputError if its images differ, or it has no contents, or its files contradict each other
 */
export async function readSameImages(folder: string, images: IdentifiedImages): Promise<ExistingResult> {
  const metricsPath = join(folder, METRICS_FILE);
  const metrics = parseMetrics(await readText(metricsPath), metricsPath);
  const run = await readRun(folder);
  if (run !== null) checkRun(run, metrics, join(folder, RUN_FILE));
  const path = join(folder, PREDICTIONS_FILE);
  const bytes = await readBytes(path);
  checkCorrectness(path, metrics, parseCorrectness(bytes, path));
  const predictions = parsePredictions(bytes, path);
  const pairs = pairImages(identifyPredictions(predictions), images);
  if (pairs.by === "path") {
    throw new InputError(
      `${folder}: contains a result of another list of images by an older version that did not record contents, so it is unknown whether the images are the same; evaluate it again on its images, or choose another --out`,
    );
  }
  const n = pairs.first.length;
  if (n === predictions.length && n === images.n) {
    return { metrics, skipped: run?.images?.skipped?.length ?? 0, warnings: run?.warnings ?? [] };
  }
  const relabeled = describeRelabeled(pairs, predictions, images);
  throw new InputError(
    `${folder}: contains a result of other images: ${n} of its ${predictions.length} are among the ${images.n} present ones${relabeled}; it is not overwritten: choose another --out, or move that folder`,
  );
}

function describeRelabeled(
  { relabeled }: ImagePairing,
  predictions: readonly ImagePrediction[],
  images: IdentifiedImages,
): string {
  const [first] = relabeled;
  if (first === undefined) return "";
  const [before, now] = [predictions[first[0]]?.image, images.name(first[1])];
  return ` with the same label, ${relabeled.length} with another (${before}, now ${now})`;
}
