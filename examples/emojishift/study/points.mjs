// The study's cells as points of a line: two accuracies, their effective numbers of images, and the errors that cells share.
import { accuraciesOf, correctnessOf, meanOfBenchmarks, meanOfRenderings } from "./correctness.mjs";
import { drawingCovariance, pictureCovariance, worth } from "./noise.mjs";

export const AVERAGE = "average";

/**
 * @param plan     of readPlan
 * @param runs     of readRuns
 * @param top1     of readTop1
 * @param training rows of training.csv: checkpoint, loss
 * @returns runs: those that have results, with their `reference` accuracy; excluded: those that the plan leaves out; cells: means over
 *   the seeds of the others; accuracyOf(run, benchmark); pointsOf(benchmark, wanted)
 */
export function studyPoints(plan, allRuns, top1, training) {
  const byName = new Map(allRuns.map((run) => [run.checkpoint, run]));
  const broken = new Set(training.filter(({ loss }) => !Number.isFinite(Number(loss))).map((row) => row.checkpoint));
  const benchmarkOf = (id) => top1.benchmarks.get(id);
  const single = new Map();
  /** Accuracy of each run. */
  function accuracies(benchmark) {
    if (!single.has(benchmark)) {
      const rows = top1.checkpoints.map((_, row) => [row]);
      const parts = (benchmark === AVERAGE ? plan.shifts : [benchmark]).map((id) =>
        correctnessOf(benchmarkOf(id), rows),
      );
      const each = parts.map(accuraciesOf);
      single.set(
        benchmark,
        each[0].map((_, i) => each.reduce((sum, values) => sum + values[i], 0) / each.length),
      );
    }
    return single.get(benchmark);
  }

  const reference = accuracies(plan.idBenchmark);
  const runs = top1.checkpoints.map((name, row) => ({ ...byName.get(name), row, reference: reference[row] }));
  const isExcluded = (run) => broken.has(run.checkpoint) || run.reference < plan.lowestReferenceAccuracy;
  const bySeeds = new Map();
  for (const run of runs) if (!isExcluded(run)) bySeeds.set(run.cell, [...(bySeeds.get(run.cell) ?? []), run]);
  const cells = [...bySeeds.values()].map((seeds) => {
    const [{ cell, source, shares, samples, steps }] = seeds;
    return { cell, source, shares, samples, steps, seeds: seeds.length, rows: seeds.map(({ row }) => row) };
  });

  /** Accuracies of cells with their two covariances. The benchmarks of an average show the same things in different drawings and pictures. */
  function measure(ids, members, shown) {
    const parts = ids.map((id) =>
      correctnessOf(
        benchmarkOf(id),
        members.map(({ rows }) => rows),
        shown,
      ),
    );
    const byDrawing = meanOfBenchmarks(parts.map(meanOfRenderings));
    const pictures = parts.map(pictureCovariance).reduce((sum, part) => sum.map((value, k) => value + part[k]));
    const accuracy = accuraciesOf(byDrawing);
    return {
      accuracy,
      drawings: { ...worth(accuracy, drawingCovariance(byDrawing), byDrawing.drawings), units: byDrawing.drawings },
      pictures: worth(
        accuracy,
        pictures.map((value) => value / ids.length ** 2),
        byDrawing.drawings,
      ),
    };
  }

  /**
   * The cells on a benchmark: `drawings`, with errors as estimates for new drawings, by which the plan decides; `pictures`, for new pictures of
   * these drawings. Second drawings are compared with the reference accuracy on the same things.
   */
  function pointsOf(benchmark, wanted = () => true) {
    const members = cells.filter(wanted);
    const shown = plan.secondDrawings.includes(benchmark) ? benchmarkOf(benchmark).things : undefined;
    const x = measure([plan.idBenchmark], members, shown);
    const y = measure(benchmark === AVERAGE ? plan.shifts : [benchmark], members, shown);
    const units = (unit) => ({
      points: members.map((_, i) => ({
        x: x.accuracy[i],
        y: y.accuracy[i],
        xImages: x[unit].images[i],
        yImages: y[unit].images[i],
      })),
      noise: { x: x[unit].correlations, y: y[unit].correlations, units: y[unit].units },
    });
    return { benchmark, cells: members, drawings: units("drawings"), pictures: units("pictures") };
  }

  return { runs, excluded: runs.filter(isExcluded), cells, accuracies, pointsOf };
}
