/** Input of metrics: predictions, with one right label per image. */
export interface LabeledPredictions {
  /** (n,) the label of each image, in 0..labelCount−1 */
  readonly labels: Int32Array;
  /** number of classes kept per image, in 1..classes */
  readonly k: number;
  /** (n, k) row-major, the classes of each image in descending order of score, in 0..classes−1 */
  readonly top: Int32Array;
  /** number of classes of the protocol */
  readonly classes: number;
  /** number of labels: the classes, and further labels of images for which no class is right */
  readonly labelCount: number;
  /** whether images have individual, possibly multiple labels: `labels` has the first */
  readonly isMultiLabel: boolean;
}

/** Metadata of images: column → (n,) values. */
export type ImageMetadata = Readonly<Record<string, readonly string[]>>;

/** Counts from a `predictions.csv`, used to check metric values. */
export interface PredictionCounts {
  readonly n: number;
  /** number of images whose best class is right */
  readonly top1: number;
  /** number of images with a right class among the best five; null if unknown */
  readonly top5: number | null;
  /** (classes,) number of images per class and of correct ones; null if unknown */
  readonly classes: { readonly n: ArrayLike<number>; readonly correct: ArrayLike<number> } | null;
}

/** Methods of 95 % intervals: id in files → name. */
export const INTERVAL_METHODS = {
  /** see `binomialInterval` */
  "clopper-pearson": "Clopper–Pearson",
  /** see `stratifiedInterval` */
  "korn-graubard": "Korn–Graubard",
} as const;

/** How an interval of a metric is computed, by its id in `metrics.json`. */
export type IntervalMethod = keyof typeof INTERVAL_METHODS;

/** Confidence level of all metrics' intervals. */
export const CONFIDENCE = 0.95;

/** The value of a metric for a run, with its 95 % interval. */
export interface MetricFigure {
  /** a fraction in [0, 1] */
  readonly value: number;
  /** number of correct images; null if the value is not a count over n */
  readonly correct: number | null;
  /** number of images evaluated */
  readonly n: number;
  /** lower end of the 95 % interval */
  readonly low: number;
  /** upper end of the 95 % interval */
  readonly high: number;
  /** method of the interval, as `metrics.json` names it: `clopper-pearson`, …; a later version may have others */
  readonly interval: string;
}

/** A value with its metric's id, as in `metrics.json` and `accuracies.csv`. */
export interface MetricValue extends MetricFigure {
  /** id of the metric: `top1`, `mean_per_class_recall`, … */
  readonly metric: string;
}

/** Requirements of a metric. */
export interface MetricNeeds {
  /** minimum number of classes of the protocol, and of predictions per image */
  readonly classes: number;
  /** required columns of the images' metadata */
  readonly metadata: readonly string[];
  /** requires exactly one class per image */
  readonly singleLabel?: true;
}

/** A metric. To add one, export it from a file and list it in `registry.ts`. */
export interface Metric {
  /** id in files: `top1` */
  readonly id: string;
  /** name in text: `top-1` */
  readonly title: string;
  /** column heading, without a unit: `Top-1` */
  readonly column: string;
  /** whether higher or lower is better */
  readonly direction: "higher" | "lower";
  readonly interval: IntervalMethod;
  /** whether the value is the number of correct images over n */
  readonly isCount: boolean;
  /** id of a metric that never has more correct images than this one */
  readonly atLeast?: string;
  readonly needs: MetricNeeds;
  /** @throws RangeError if there are too few predictions per image */
  compute(predictions: LabeledPredictions, metadata: ImageMetadata): MetricFigure;
  /**
   * Returns the number of correct images if the metric is a count, else the value; null if the counts do not determine
   * it.
   */
  recount(counts: PredictionCounts): number | null;
}
