// Accuracies of the study's cells from the top-1 classes. A cell is the set of seeds of one source, samples and steps.

/**
 * How often the checkpoints of each cell get each picture right. A thing has one drawing in a benchmark.
 *
 * @param benchmark { top1 (checkpoints, pictures) row-major, pictures, things } of readTop1
 * @param cells     each cell's rows of top1
 * @param shown     the things to take, class indices
 * @returns {{ values: Float64Array, cells: number, drawings: number, renderings: number }} values in [0, 1], (cells, drawings, renderings)
 */
export function correctnessOf({ top1, pictures, things }, cells, shown = things) {
  const renderings = pictures / things.length;
  const values = new Float64Array(cells.length * shown.length * renderings);
  cells.forEach((rows, cell) => {
    shown.forEach((thing, drawing) => {
      const column = things.indexOf(thing);
      for (let r = 0; r < renderings; r++) {
        const picture = r * things.length + column;
        let correct = 0;
        for (const row of rows) if (top1[row * pictures + picture] === thing) correct++;
        values[(cell * shown.length + drawing) * renderings + r] = correct / rows.length;
      }
    });
  });
  return { values, cells: cells.length, drawings: shown.length, renderings };
}

/** The share of each drawing's pictures that each cell gets right, as a single rendering. */
export function meanOfRenderings({ values, cells, drawings, renderings }) {
  const means = new Float64Array(cells * drawings);
  values.forEach((value, k) => {
    means[Math.floor(k / renderings)] += value / renderings;
  });
  return { values: means, cells, drawings, renderings: 1 };
}

/** The mean over benchmarks with the same things, per thing. */
export function meanOfBenchmarks(parts) {
  const [first] = parts;
  const values = new Float64Array(first.values.length);
  for (const part of parts) {
    part.values.forEach((value, k) => {
      values[k] += value / parts.length;
    });
  }
  return { ...first, values };
}

/** @returns {number[]} accuracy of each cell, a fraction */
export function accuraciesOf({ values, cells, drawings, renderings }) {
  const size = drawings * renderings;
  return Array.from({ length: cells }, (_, cell) => {
    let sum = 0;
    for (let k = cell * size; k < (cell + 1) * size; k++) sum += values[k];
    return sum / size;
  });
}
