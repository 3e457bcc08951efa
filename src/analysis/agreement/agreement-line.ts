import { mean } from "simple-statistics";
import type { TopClasses } from "../../evaluation/results/top-classes.ts";
import { type LeastSquares, leastSquares, lineAt } from "../../foundation/statistics/least-squares.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import type { LineKey } from "../robustness/line-key.ts";
import { solveAlineD } from "./aline.ts";
import { compareLines, type LineDifferences } from "./line-difference.ts";

/**
 * The program of the paper drops pairs outside these shares; this package only if the scale is infinite, see
 * docs/reference/statistics.md.
 */
export const EXTREME = { low: 0.05, high: 0.98 } as const;

/**
 * Minimum share of the variance that a line explains, by which Baek et al. 2022 detect shifts with agreement on the
 * line.
 */
export const MIN_R2 = 0.95;

/**
 * Why agreement does not predict accuracy:
 * - `agreement-scattered`: r² of agreement's line is below 0.95, which can be computed without labels;
 * - `accuracy-scattered`: r² of accuracy's line is below 0.95;
 * - `lines-differ`: their slopes, or their heights at the mean accuracy in distribution, differ beyond their intervals.
 */
export type AgreementBreak = "agreement-scattered" | "accuracy-scattered" | "lines-differ";

/** A checkpoint's accuracies, measured and predicted without labels of the shift. Fractions. */
export interface AgreementCheckpoint {
  readonly checkpoint: string;
  readonly idAccuracy: number;
  /** null if the images of the shift have no labels */
  readonly accuracy: number | null;
  /** null if the accuracy in distribution is 0 or 1 */
  readonly alineS: number | null;
  /** null in the same case, and if the pairs do not determine it */
  readonly alineD: number | null;
}

/** Agreement of the checkpoints on one shift and x axis. */
export interface AgreementLine extends LineKey {
  readonly scale: FitScale;
  readonly idImages: number;
  readonly images: number;
  readonly checkpoints: readonly AgreementCheckpoint[];
  /**
   * (c (c − 1) / 2,) shares of the images for which two checkpoints predict the same class; pairs (0, 1), (0, 2), …,
   * (1, 2), …
   */
  readonly idAgreements: Float64Array;
  readonly agreements: Float64Array;
  /** pairs at exactly 0 or 1, where the scale is infinite: in no line */
  readonly droppedPairs: number;
  /**
   * pairs in the line that agree on fewer than 5 % or more than 98 % of the images, in distribution or under the shift
   */
  readonly extremePairs: number;
  readonly droppedCheckpoints: readonly string[];
  readonly agreement: LeastSquares;
  /** null without labels, or with fewer than three checkpoints to fit */
  readonly accuracy: LeastSquares | null;
  /** null without a line of accuracy, or with fewer than six checkpoints */
  readonly differences: LineDifferences | null;
  /** mean absolute difference of the predicted and measured accuracies; null if there is none to compare */
  readonly errors: { readonly alineS: number | null; readonly alineD: number | null };
  readonly breaks: readonly AgreementBreak[];
}

/** The data of a line of agreement. */
export interface AgreementSet {
  readonly checkpoints: readonly string[];
  /** of each checkpoint, in distribution and under the shift */
  readonly x: readonly TopClasses[];
  readonly y: readonly TopClasses[];
  /** number of images for which two checkpoints predict the same class, for every pair, see `countAgreement` */
  readonly xCounts: Uint32Array;
  readonly yCounts: Uint32Array;
}

/**
 * Fits the line of agreement under a shift on agreement in distribution over all pairs of checkpoints, compares it with the line
 * of accuracy, and predicts the accuracies under the shift from agreement and labels in distribution alone.
 *
 * @throws RangeError with fewer than three checkpoints or three pairs that are finite on the scale
 * @see C. Baek, Y. Jiang, A. Raghunathan, J. Z. Kolter, Agreement-on-the-line, NeurIPS 2022; `aline` in agreement_trajectory.ipynb of
 *   github.com/kebaek/Agreement-on-the-line at 99cb46e
 */
export function fitAgreement(key: LineKey, set: AgreementSet, scale: FitScale): AgreementLine {
  const { forward, inverse, endless } = scaleFunctions(scale);
  const toScale = (values: Float64Array) =>
    values.map((value) =>
      Number.isNaN(value) || (endless && (value <= 0 || value >= 1)) ? Number.NaN : forward(value),
    );
  const [idImages, images] = [set.x[0]?.n ?? 0, set.y[0]?.n ?? 0];
  const idAgreements = Float64Array.from(set.xCounts, (count) => count / idImages);
  const agreements = Float64Array.from(set.yCounts, (count) => count / images);
  const idAccuracies = Float64Array.from(set.x, ({ accuracy }) => accuracy ?? Number.NaN);
  const accuracies = Float64Array.from(set.y, ({ accuracy }) => accuracy ?? Number.NaN);
  const [x, y] = [toScale(idAccuracies), toScale(accuracies)];
  const [pairX, pairY] = [toScale(idAgreements), toScale(agreements)];
  const ofPairs = bothKnown(pairX, pairY);
  const ofCheckpoints = bothKnown(x, y);
  const agreement = leastSquares(ofPairs.x, ofPairs.y);
  const hasLine = ofCheckpoints.x.length >= 3 && new Set(ofCheckpoints.x).size > 1;
  const accuracy = hasLine ? leastSquares(ofCheckpoints.x, ofCheckpoints.y) : null;
  const differences = accuracy === null ? null : compareLines({ x, y, pairX, pairY });
  const solution = solveAlineD({ idAccuracies: x, idAgreements: pairX, agreements: pairY, slope: agreement.slope });
  const predicted = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : inverse(value));
  const checkpoints = set.checkpoints.map(
    (checkpoint, i): AgreementCheckpoint => ({
      checkpoint,
      idAccuracy: idAccuracies[i] as number,
      accuracy: set.y[i]?.accuracy ?? null,
      alineS: predicted(lineAt(agreement, x[i] as number)),
      alineD: predicted(solution?.[i]),
    }),
  );
  return {
    ...key,
    scale,
    idImages,
    images,
    checkpoints,
    idAgreements,
    agreements,
    droppedPairs: pairX.length - ofPairs.x.length,
    extremePairs: [...pairX.keys()].filter(
      (i) =>
        !Number.isNaN((pairX[i] as number) + (pairY[i] as number)) &&
        [idAgreements[i] as number, agreements[i] as number].some(
          (share) => share < EXTREME.low || share > EXTREME.high,
        ),
    ).length,
    droppedCheckpoints: set.checkpoints.filter((_, i) => Number.isNaN((x[i] as number) + (y[i] as number))),
    agreement,
    accuracy,
    differences,
    errors: { alineS: meanError(checkpoints, "alineS"), alineD: meanError(checkpoints, "alineD") },
    breaks: breaksOf(agreement, accuracy, differences),
  };
}

function bothKnown(x: Float64Array, y: Float64Array): { readonly x: number[]; readonly y: number[] } {
  const known = [...x.keys()].filter((i) => !Number.isNaN((x[i] as number) + (y[i] as number)));
  return { x: known.map((i) => x[i] as number), y: known.map((i) => y[i] as number) };
}

function meanError(checkpoints: readonly AgreementCheckpoint[], by: "alineS" | "alineD"): number | null {
  const errors = checkpoints.flatMap((checkpoint) => {
    const predicted = checkpoint[by];
    return predicted === null || checkpoint.accuracy === null ? [] : [Math.abs(predicted - checkpoint.accuracy)];
  });
  return errors.length === 0 ? null : mean(errors);
}

function breaksOf(
  agreement: LeastSquares,
  accuracy: LeastSquares | null,
  differences: LineDifferences | null,
): AgreementBreak[] {
  const excludesZero = ({ low, high }: { readonly low: number; readonly high: number }) => low > 0 || high < 0;
  const differ = differences !== null && (excludesZero(differences.slope) || excludesZero(differences.height));
  return [
    ...(agreement.r2 < MIN_R2 ? ["agreement-scattered" as const] : []),
    ...(accuracy !== null && accuracy.r2 < MIN_R2 ? ["accuracy-scattered" as const] : []),
    ...(differ ? ["lines-differ" as const] : []),
  ];
}
