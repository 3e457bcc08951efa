import type { ImagePrediction } from "./image-predictions.ts";
import { contentText, scanPredictions } from "./predictions-file.ts";

/**
 * Parses `predictions.csv`: the image, its right classes, the best class and the content. Images with the same label
 * share a list of classes.
 *
 * @param where file name, for messages
 * @throws InputError if it is not a `predictions.csv`, see `scanPredictions`
 */
export function parsePredictions(bytes: Uint8Array, where: string): ImagePrediction[] {
  const predictions: ImagePrediction[] = [];
  scanPredictions(bytes, where, (row) => {
    row.checkRest();
    const prediction = { image: row.image(), classes: row.label.classes, predicted: row.predicted };
    predictions.push(row.hasContent ? { ...prediction, content: contentText(row) } : prediction);
  });
  return predictions;
}
