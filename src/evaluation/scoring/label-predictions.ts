import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import type { LabeledPredictions } from "./metrics/metric.ts";
import type { Predictions } from "./predict.ts";

/**
 * Labels a protocol's predictions. If several classes are right for an image, any of them is counted as the first. If
 * none is right, the image is wrong, and its folder becomes a label beyond the classes.
 */
export function labelPredictions(manifest: Manifest, predictions: Predictions, space: ClassSpace): LabeledPredictions {
  const { k } = predictions;
  const classes = space.rows.length;
  const folders = new Map<number, number>();
  const top = predictions.top.slice();
  const labels = Int32Array.from(predictions.images, (position, i) => {
    const accepted = rightClasses(space, manifest.images, position) as readonly number[];
    const [first] = accepted;
    if (first === undefined) {
      const folder = manifest.images.label(position);
      const known = folders.get(folder) ?? classes + folders.size;
      folders.set(folder, known);
      return known;
    }
    if (accepted.length > 1) {
      for (let place = i * k; place < (i + 1) * k; place++) {
        if (accepted.includes(top[place] as number)) top[place] = first;
      }
    }
    return first;
  });
  const isMultiLabel = space.imageLabels !== undefined;
  return { labels, k, top, classes, labelCount: classes + folders.size, isMultiLabel };
}
