import type { ImagePrediction } from "./image-predictions.ts";
import { scanPredictions } from "./predictions-file.ts";

/**
 * Parses `predictions.csv`: the image, its right classes and the best class. Images of one label share the list of its
 * classes.
 *
 * @param where file name, for messages
 * @throws InputError if it is no `predictions.csv`, see `scanPredictions`
 */
export function parsePredictions(bytes: Uint8Array, where: string): ImagePrediction[] {
  const predictions: ImagePrediction[] = [];
  scanPredictions(bytes, where, (row) => {
    row.checkRest();
    predictions.push({ image: row.image(), classes: row.label.classes, predicted: row.predicted });
  });
  return predictions;
}
