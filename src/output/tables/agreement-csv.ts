import type { AgreementLine } from "../../analysis/agreement/agreement-line.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_METRIC_COLUMNS, lineCells } from "./line-cells.ts";

const PAIR_COLUMNS = ["first", "second", ...LINE_METRIC_COLUMNS, "id_agreement", "id_n", "agreement", "n"] as const;
const LINE_FIGURES = [
  "scale",
  "checkpoints",
  "pairs",
  "slope",
  "intercept",
  "r2",
  "accuracy_slope",
  "accuracy_intercept",
  "accuracy_r2",
  "accuracy_n",
  "slope_difference",
  "slope_difference_low",
  "slope_difference_high",
  "height_difference",
  "height_difference_low",
  "height_difference_high",
  "aline_s_error",
  "aline_d_error",
  "breaks",
  "extreme_pairs",
] as const;
const PREDICTION_FIGURES = [
  "scale",
  "id_accuracy",
  "accuracy",
  "aline_s",
  "aline_s_error",
  "aline_d",
  "aline_d_error",
] as const;

/**
 * The text of `agreement.csv`: for every pair of checkpoints, the shares of images in distribution and under the shift
 * for which both predict the same class. Rows share checkpoints, so they are not independent.
 */
export function formatAgreement(lines: readonly AgreementLine[]): string {
  const rows = lines.flatMap((line) => {
    const { checkpoints, idAgreements, agreements, idImages, images } = line;
    const keyCells = lineCells(line);
    let pair = 0;
    return checkpoints.flatMap(({ checkpoint: first }, i) =>
      checkpoints.slice(i + 1).map(({ checkpoint: second }) => {
        const at = pair++;
        return {
          first,
          second,
          ...keyCells,
          id_agreement: computed(idAgreements[at] as number),
          id_n: idImages,
          agreement: computed(agreements[at] as number),
          n: images,
        };
      }),
    );
  });
  return formatCsv(PAIR_COLUMNS, rows);
}

/**
 * The text of `agreement-lines.csv`: the lines of agreement and of accuracy on one scale, their differences (agreement
 * − accuracy) with intervals, and the mean errors of ALine-S and ALine-D as fractions. `breaks` contains the reasons
 * why agreement does not predict accuracy, separated by ";"; it is empty if there are none. `extreme_pairs` counts the
 * pairs of the line that agree on fewer than 5 % or more than 98 % of the images.
 */
export function formatAgreementLines(lines: readonly AgreementLine[]): string {
  const rows = lines.map((line) => {
    const { agreement, accuracy, differences, errors } = line;
    return {
      ...lineCells(line),
      scale: line.scale,
      checkpoints: line.checkpoints.length,
      pairs: agreement.n,
      slope: computed(agreement.slope),
      intercept: computed(agreement.intercept),
      r2: computed(agreement.r2),
      accuracy_slope: computed(accuracy?.slope ?? null),
      accuracy_intercept: computed(accuracy?.intercept ?? null),
      accuracy_r2: computed(accuracy?.r2 ?? null),
      accuracy_n: accuracy?.n ?? null,
      slope_difference: computed(differences?.slope.estimate ?? null),
      slope_difference_low: computed(differences?.slope.low ?? null),
      slope_difference_high: computed(differences?.slope.high ?? null),
      height_difference: computed(differences?.height.estimate ?? null),
      height_difference_low: computed(differences?.height.low ?? null),
      height_difference_high: computed(differences?.height.high ?? null),
      aline_s_error: computed(errors.alineS),
      aline_d_error: computed(errors.alineD),
      breaks: line.breaks.join(";"),
      extreme_pairs: line.extremePairs,
    };
  });
  return formatCsv([...LINE_METRIC_COLUMNS, ...LINE_FIGURES], rows);
}

/**
 * The text of `agreement-predictions.csv`: accuracies under the shift, predicted without its labels. Errors are
 * predicted − measured.
 */
export function formatAgreementPredictions(lines: readonly AgreementLine[]): string {
  const rows = lines.flatMap((line) =>
    line.checkpoints.map(({ checkpoint, idAccuracy, accuracy, alineS, alineD }) => {
      const error = (predicted: number | null) =>
        predicted === null || accuracy === null ? null : predicted - accuracy;
      return {
        checkpoint,
        ...lineCells(line),
        scale: line.scale,
        id_accuracy: computed(idAccuracy),
        accuracy: computed(accuracy),
        aline_s: computed(alineS),
        aline_s_error: computed(error(alineS)),
        aline_d: computed(alineD),
        aline_d_error: computed(error(alineD)),
      };
    }),
  );
  return formatCsv(["checkpoint", ...LINE_METRIC_COLUMNS, ...PREDICTION_FIGURES], rows);
}
