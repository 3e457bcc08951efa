// Sampling error of finite sets of pictures: covariances of the errors of accuracies between cells on the same pictures.

/**
 * Errors of accuracies as estimates for new drawings: drawings are independent, their renderings are not.
 *
 * @param part { values (cells, drawings, 1) } of meanOfRenderings
 * @returns {Float64Array} (cells, cells)
 */
export function drawingCovariance({ values, cells, drawings }) {
  return meanCovariance(values, cells, drawings);
}

/**
 * Errors of accuracies as estimates for new renderings of the same drawings: each drawing is a stratum.
 *
 * @param part { values (cells, drawings, renderings) } of correctnessOf, two renderings or more
 * @returns {Float64Array} (cells, cells)
 * @see W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 5.4
 */
export function pictureCovariance({ values, cells, drawings, renderings }) {
  const total = new Float64Array(cells * cells);
  const stratum = new Float64Array(cells * renderings);
  for (let d = 0; d < drawings; d++) {
    for (let cell = 0; cell < cells; cell++) {
      const start = (cell * drawings + d) * renderings;
      stratum.set(values.subarray(start, start + renderings), cell * renderings);
    }
    meanCovariance(stratum, cells, renderings).forEach((value, k) => {
      total[k] += value / drawings ** 2;
    });
  }
  return total;
}

/** Covariances of the means of n independent columns: (rows, n) → (rows, rows). */
function meanCovariance(values, rows, n) {
  const centered = Float64Array.from(values);
  for (let i = 0; i < rows; i++) {
    const row = centered.subarray(i * n, (i + 1) * n);
    const mean = row.reduce((sum, value) => sum + value, 0) / n;
    for (let k = 0; k < n; k++) row[k] -= mean;
  }
  const covariance = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += centered[i * n + k] * centered[j * n + k];
      covariance[i * rows + j] = sum / (n * (n - 1));
      covariance[j * rows + i] = covariance[i * rows + j];
    }
  }
  return covariance;
}

/**
 * A covariance in the form that the engine requires.
 *
 * @param atEnds number of images for an accuracy without variance, 0 or 1
 * @returns images: effective number of independent images of each accuracy, p (1 − p) / variance; correlations (cells, cells)
 */
export function worth(accuracies, covariance, atEnds) {
  const cells = accuracies.length;
  const variances = accuracies.map((_, i) => covariance[i * cells + i]);
  const correlations = covariance.map((value, k) => {
    const [i, j] = [Math.floor(k / cells), k % cells];
    if (i === j) return 1;
    const product = variances[i] * variances[j];
    return product > 0 ? value / Math.sqrt(product) : 0;
  });
  return { images: accuracies.map((p, i) => (variances[i] > 0 ? (p * (1 - p)) / variances[i] : atEnds)), correlations };
}
