// Agreement on the line: whether two checkpoints' top-1 classes agree as often as accuracies would have it.
import { leastSquares } from "../../../dist/foundation/statistics/least-squares.js";
import { normalCdf, normalQuantile } from "../../../dist/foundation/statistics/normal-distribution.js";

/**
 * The lines of accuracies and of agreements of all pairs of checkpoints, on probit axes, and the accuracy under a shift that the agreements'
 * line gives without labels.
 *
 * @param top1    of readTop1
 * @param rows    rows of the checkpoints of the analysis
 * @param accuracies benchmark → accuracy of each row of top1
 * @returns rows { benchmark, accuracy, agreement: { slope, intercept, r2 }, meanError }; meanError: mean |predicted − measured accuracy|
 * @see C. Baek et al., Agreement-on-the-line, NeurIPS 2022 (ALine-S)
 */
export function agreementOnTheLine({ idBenchmark, shifts }, top1, rows, accuracies) {
  const agreements = new Map([idBenchmark, ...shifts].map((id) => [id, pairAgreements(top1.benchmarks.get(id), rows)]));
  const probits = (values) => values.map((value) => normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, value))));
  const ofRows = (benchmark) => rows.map((row) => accuracies(benchmark)[row]);
  return shifts.map((benchmark) => {
    const accuracy = leastSquares(probits(ofRows(idBenchmark)), probits(ofRows(benchmark)));
    const agreement = leastSquares(probits(agreements.get(idBenchmark)), probits(agreements.get(benchmark)));
    const predicted = probits(ofRows(idBenchmark)).map((x) => normalCdf(agreement.intercept + agreement.slope * x));
    const errors = predicted.map((value, i) => Math.abs(value - ofRows(benchmark)[i]));
    return { benchmark, accuracy, agreement, meanError: errors.reduce((sum, error) => sum + error, 0) / errors.length };
  });
}

/** The share of pictures on which the two checkpoints of each pair give the same class. */
function pairAgreements({ top1, pictures }, rows) {
  const agreements = [];
  rows.forEach((a, i) => {
    for (const b of rows.slice(0, i)) {
      let same = 0;
      for (let k = 0; k < pictures; k++) if (top1[a * pictures + k] === top1[b * pictures + k]) same++;
      agreements.push(same / pictures);
    }
  });
  return agreements;
}
