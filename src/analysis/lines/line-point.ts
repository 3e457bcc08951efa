/** A checkpoint's two accuracies, fractions in [0, 1], each measured on finite images. */
export interface LinePoint {
  /** in-distribution accuracy */
  readonly x: number;
  /** accuracy under the shift */
  readonly y: number;
  /** independent images that `x` is worth: p (1 − p) / variance where images are clustered; Infinity: known without error */
  readonly xImages: number;
  /** the same of `y` */
  readonly yImages: number;
}

/** Correlations of the accuracies' errors between checkpoints that saw the same images, (n, n) row by row; null: independent. */
export interface SharedNoise {
  readonly x: Float64Array | null;
  readonly y: Float64Array | null;
  /** the independent units, drawings say, that the correlations were estimated from; undefined: they are taken for known */
  readonly units?: number | undefined;
}
