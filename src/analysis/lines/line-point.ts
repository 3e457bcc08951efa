/** A checkpoint's two accuracies, fractions in [0, 1], each measured on finite images. */
export interface LinePoint {
  /** in-distribution accuracy */
  readonly x: number;
  /** accuracy under the shift */
  readonly y: number;
  /**
   * effective number of independent images of `x`: p (1 − p) / variance if images are clustered; Infinity: known
   * without error
   */
  readonly xImages: number;
  /** the same for `y` */
  readonly yImages: number;
}

/** Correlations of the accuracies' errors between checkpoints that saw the same images, (n, n) row by row; null: independent. */
export interface SharedNoise {
  readonly x: Float64Array | null;
  readonly y: Float64Array | null;
  /**
   * number of independent units, such as drawings, that the correlations were estimated from; undefined: treated as
   * known
   */
  readonly units?: number | undefined;
}
