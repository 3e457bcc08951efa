import { countFigure } from "./count-figure.ts";
import type { Metric } from "./metric.ts";
import { top1 } from "./top1.ts";

const PLACES = 5;

/** Fraction of images with the right class among the best five; undefined for fewer than five classes. */
export const top5: Metric = {
  id: "top5",
  title: "top-5",
  column: "Top-5",
  direction: "higher",
  interval: "clopper-pearson",
  isCount: true,
  atLeast: top1.id,
  needs: { classes: PLACES, metadata: [] },
  compute: ({ labels, k, top }) => {
    if (k < PLACES) throw new RangeError(`top-5 accuracy needs five predictions per image, got ${k}`);
    let correct = 0;
    for (let i = 0; i < labels.length; i++) {
      if (top.subarray(i * k, i * k + PLACES).includes(labels[i] as number)) correct++;
    }
    return countFigure(correct, labels.length);
  },
  recount: (counts) => counts.top5,
};
