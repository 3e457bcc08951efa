// Agreement on the line: whether agreements of top-1 classes follow the same line as accuracies.
import { fitAgreement } from "../../../dist/analysis/agreement/agreement-line.js";
import { countAgreement } from "../../../dist/analysis/agreement/count-agreement.js";

/**
 * The lines of accuracies and of agreements of all pairs of checkpoints, on probit axes, and the accuracy under a shift that the agreements'
 * line gives without labels: what `shiftline fit --agreement probit` computes.
 *
 * @param top1    of readTop1
 * @param rows    rows of the checkpoints of the analysis
 * @param accuracies benchmark → accuracy of each row of top1
 * @returns rows { benchmark, accuracy, agreement: { slope, intercept, r2 }, meanError, breaks }; meanError: mean |predicted − measured accuracy|
 *   of ALine-S; breaks: why agreement does not predict accuracy
 * @see C. Baek et al., Agreement-on-the-line, NeurIPS 2022
 */
export function agreementOnTheLine({ idBenchmark, shifts }, top1, rows, accuracies) {
  const sets = new Map([idBenchmark, ...shifts].map((id) => [id, setOf(id)]));
  return shifts.map((benchmark) => {
    const [x, y] = [sets.get(idBenchmark), sets.get(benchmark)];
    const set = { checkpoints: rows.map(String), x: x.tops, y: y.tops, xCounts: x.counts, yCounts: y.counts };
    const { accuracy, agreement, errors, breaks } = fitAgreement({ benchmark, idSide: idBenchmark }, set, "probit");
    return { benchmark, accuracy, agreement, meanError: errors.alineS, breaks };
  });

  function setOf(id) {
    const { top1: classes, pictures } = top1.benchmarks.get(id);
    const tops = rows.map((row) => ({
      n: pictures,
      classes: Int32Array.from(classes.subarray(row * pictures, (row + 1) * pictures)),
      images: id,
      accuracy: accuracies(id)[row],
    }));
    return { tops, counts: countAgreement(tops.map((top) => top.classes)) };
  }
}
