/** What the metrics of a run are computed from: its predictions, each image with the one label that counts as right. */
export interface LabeledPredictions {
  /** (n,) the label of each image, in 0..labelCount−1 */
  readonly labels: Int32Array;
  /** classes kept for each image, in 1..classes */
  readonly k: number;
  /** (n, k) row-major, the classes of each image by falling score, in 0..classes−1 */
  readonly top: Int32Array;
  /** classes of the protocol */
  readonly classes: number;
  /** the classes, and labels beyond them: of images for which no class is right */
  readonly labelCount: number;
  /** images have labels of their own, perhaps several: `labels` has the first, and no image is of one class */
  readonly isMultiLabel: boolean;
}

/** What is known of each image beside its class: column → (n,) values. */
export type ImageMetadata = Readonly<Record<string, readonly string[]>>;

/** What a `predictions.csv` shows of a run, counted: enough to check some of the figures beside it. */
export interface PredictionCounts {
  readonly n: number;
  /** images whose best class is right */
  readonly top1: number;
  /** images with a right class among the best five; null where that is not known */
  readonly top5: number | null;
  /** (classes,) images of each class and those that are right; null where that is not known */
  readonly classes: { readonly n: ArrayLike<number>; readonly correct: ArrayLike<number> } | null;
}

/** How the bounds of a 95 % interval are made: id in the files → name. */
export const INTERVAL_METHODS = {
  /** see `binomialInterval` */
  "clopper-pearson": "Clopper–Pearson",
  /** see `stratifiedInterval` */
  "korn-graubard": "Korn–Graubard",
} as const;

/** How an interval of a metric is computed, by its id in `metrics.json`. */
export type IntervalMethod = keyof typeof INTERVAL_METHODS;

/** The confidence of every metric's interval. */
export const CONFIDENCE = 0.95;

/** A figure of a run, with its 95 % interval. */
export interface MetricFigure {
  /** a fraction in [0, 1] */
  readonly value: number;
  /** images right; null where the value is not a count over n */
  readonly correct: number | null;
  /** images evaluated */
  readonly n: number;
  /** lower end of the 95 % interval */
  readonly low: number;
  /** upper end of the 95 % interval */
  readonly high: number;
  /** method of the interval, as `metrics.json` names it: `clopper-pearson`, …; a later version may have others */
  readonly interval: string;
}

/** A figure by its metric's id, as `metrics.json` and `accuracies.csv` have it. */
export interface MetricValue extends MetricFigure {
  /** id of the metric: `top1`, `mean_per_class_recall`, … */
  readonly metric: string;
}

/** What a run must have for a metric to be computed. */
export interface MetricNeeds {
  /** classes of the protocol, at least; as many predictions of each image are needed */
  readonly classes: number;
  /** columns of the images' metadata */
  readonly metadata: readonly string[];
  /** each image is of one class */
  readonly singleLabel?: true;
}

/** A figure that every run is summed up by. To add one, write a file that exports one and list it in `registry.ts`. */
export interface Metric {
  /** its name in files: `top1` */
  readonly id: string;
  /** its name in text: `top-1` */
  readonly title: string;
  /** its name at the head of a column, without a unit: `Top-1` */
  readonly column: string;
  /** which way is better */
  readonly direction: "higher" | "lower";
  readonly interval: IntervalMethod;
  /** whether the value is a number of images right over n */
  readonly isCount: boolean;
  /** id of a metric that has no more images right than this one, whatever the predictions */
  readonly atLeast?: string;
  readonly needs: MetricNeeds;
  /** @throws RangeError if the predictions are too few for it */
  compute(predictions: LabeledPredictions, metadata: ImageMetadata): MetricFigure;
  /** The images right where the metric is a count, else the value; null where the counts do not show it. */
  recount(counts: PredictionCounts): number | null;
}
