import { join } from "node:path";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import { checkCorrectness } from "./check-correctness.ts";
import { parseCorrectness } from "./correctness.ts";
import type { ImageRows, KnownRows } from "./image-rows.ts";
import { PREDICTIONS_FILE, type PredictionRow } from "./predictions-file.ts";
import type { StoredResult } from "./read-results.ts";

/** The best class of every image of a result, for the agreement of two checkpoints. */
export interface TopClasses {
  readonly n: number;
  /** (n,) rows of the protocol's class list */
  readonly classes: Int32Array;
  /** identity and order of the images */
  readonly images: ImageRows;
  /** share of correct images; null if no image has a label */
  readonly accuracy: number | null;
}

/**
 * Reads the best classes of a `predictions.csv`.
 *
 * @param where file name, for messages
 * @throws InputError if it is not a `predictions.csv`, see `scanPredictions`
 */
export function parseTopClasses(bytes: Uint8Array, where: string, known: KnownRows = new Map()) {
  let classes = new Int32Array(1024);
  const visit = ({ index, predicted }: PredictionRow) => {
    if (index === classes.length) {
      const larger = new Int32Array(classes.length * 2);
      larger.set(classes);
      classes = larger;
    }
    classes[index] = predicted;
  };
  const correctness = parseCorrectness(bytes, where, { visit, known });
  const { n, correct, images, labels } = correctness;
  const isLabeled = labels.some((label) => label !== "");
  const top: TopClasses = { n, classes: classes.slice(0, n), images, accuracy: isLabeled ? correct / n : null };
  return { top, correctness };
}

/**
 * Reads the best classes of a result.
 *
 * @param known image lists read before; a new list is added
 * @returns null if it has no `predictions.csv`
 * @throws InputError if the file contradicts the result's metrics
 */
export async function readTopClasses({ folder, metrics }: StoredResult, known: KnownRows): Promise<TopClasses | null> {
  const path = join(folder, PREDICTIONS_FILE);
  if ((await statIfThere(path)) === null) return null;
  const { top, correctness } = parseTopClasses(await readBytes(path), path, known);
  checkCorrectness(path, metrics, correctness);
  return top;
}
