import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { accuracyMetrics, type Metric } from "./accuracy.ts";
import type { Predictions } from "./predict.ts";

/**
 * The metrics of a protocol's predictions. Where several classes are right for an image, any of them counts; where none
 * is, the image is wrong, and its folder is a class of its own in the mean per-class recall.
 */
export function judgePredictions(manifest: Manifest, predictions: Predictions, space: ClassSpace): Metric[] {
  const { k, top } = predictions;
  const classes = space.rows.length;
  const folders = new Map<number, number>();
  const judged = top.slice();
  const labels = Int32Array.from(predictions.images, (position, i) => {
    const folder = manifest.images.label(position);
    const accepted = space.accepted[folder] as readonly number[];
    const [first] = accepted;
    if (first === undefined) {
      const known = folders.get(folder) ?? classes + folders.size;
      folders.set(folder, known);
      return known;
    }
    if (accepted.length > 1) {
      for (let place = i * k; place < (i + 1) * k; place++) {
        if (accepted.includes(judged[place] as number)) judged[place] = first;
      }
    }
    return first;
  });
  return accuracyMetrics(labels, judged, k, classes + folders.size);
}
