import { countFigure } from "./count-figure.ts";
import type { Metric } from "./metric.ts";

/** Fraction of images whose best class is right: accuracy. */
export const top1: Metric = {
  id: "top1",
  title: "top-1",
  column: "Top-1",
  direction: "higher",
  interval: "clopper-pearson",
  isCount: true,
  needs: { classes: 1, metadata: [] },
  compute: ({ labels, k, top }) => {
    let correct = 0;
    for (let i = 0; i < labels.length; i++) if (top[i * k] === labels[i]) correct++;
    return countFigure(correct, labels.length);
  },
  recount: (counts) => counts.top1,
};
