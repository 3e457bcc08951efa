import { InputError } from "../../foundation/errors.ts";
import { largest } from "../../foundation/math/extremes.ts";
import { lineAt } from "../../foundation/statistics/least-squares.ts";
import { scaleFunctions } from "../lines/fit-scale.ts";
import type { BaselineFit } from "./baseline-fit.ts";
import { fitByBinomial, insideEnds } from "./fit-by-binomial.ts";

/**
 * The influence of one baseline model on the line. Accuracies are fractions, slope and intercept on the fit's scale.
 */
export interface Influence {
  /** name of the model */
  readonly model: string;
  /** in-distribution accuracy of the model */
  readonly idAccuracy: number;
  /** accuracy of the model under the shift */
  readonly accuracy: number;
  /** accuracy minus the value of the line that includes the model */
  readonly residual: number;
  /** its weight in the line's value at its x, from 1/n to 1; null for a binomial line */
  readonly leverage: number | null;
  /**
   * slope of the line without it; null if the other models have equal x, or are too few for a line with an uncertainty
   */
  readonly slopeWithout: number | null;
  /** intercept of the line without it; null like `slopeWithout` */
  readonly interceptWithout: number | null;
  /** the largest change of the expected accuracy without it, at either end or the middle of the line's x range */
  readonly largestChange: number | null;
}

/**
 * Computes the leave-one-out influence of each model of a line, with the closed form of the line without one point; a
 * binomial line is refitted without each model.
 *
 * @see R. D. Cook & S. Weisberg, Residuals and Influence in Regression, 1982, section 3.3
 */
export function leaveOneOut(fit: BaselineFit): Influence[] {
  return fit.line === "binomial" ? refitWithoutEach(fit) : leastSquaresWithoutEach(fit);
}

function leastSquaresWithoutEach(fit: BaselineFit): Influence[] {
  const { forward, inverse } = scaleFunctions(fit.scale);
  const expected = fit.models.map(({ idAccuracy }) => inverse(lineAt(fit, forward(idAccuracy))));
  return fit.models.map(({ model, idAccuracy, accuracy }, i) => {
    const dx = forward(idAccuracy) - fit.xMean;
    const leverage = 1 / fit.n + dx ** 2 / fit.xSumOfSquares;
    const common = { model, idAccuracy, accuracy, residual: accuracy - (expected[i] as number), leverage };
    if (fit.n < 4 || 1 - leverage < 1e-9) {
      return { ...common, slopeWithout: null, interceptWithout: null, largestChange: null };
    }
    const error = (forward(accuracy) - lineAt(fit, forward(idAccuracy))) / (1 - leverage);
    const slope = fit.slope - (error * dx) / fit.xSumOfSquares;
    const intercept = fit.intercept - error * (1 / fit.n - (fit.xMean * dx) / fit.xSumOfSquares);
    return { ...common, ...changeTo(fit, { slope, intercept }) };
  });
}

function refitWithoutEach(fit: BaselineFit): Influence[] {
  const { forward, inverse } = scaleFunctions(fit.scale);
  return fit.models.map((point) => {
    const { model, idAccuracy, accuracy } = point;
    const expected = inverse(lineAt(fit, forward(insideEnds(point).idAccuracy)));
    const common = { model, idAccuracy, accuracy, residual: accuracy - expected, leverage: null };
    const remaining = fit.models.filter((model) => model !== point);
    try {
      return { ...common, ...changeTo(fit, fitByBinomial(remaining, scaleFunctions(fit.scale))) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { ...common, slopeWithout: null, interceptWithout: null, largestChange: null };
    }
  });
}

function changeTo(fit: BaselineFit, { slope, intercept }: Pick<BaselineFit, "slope" | "intercept">) {
  const { inverse } = scaleFunctions(fit.scale);
  const changes = [fit.xMin, fit.xMean, fit.xMax].map((x) =>
    Math.abs(inverse(lineAt({ slope, intercept }, x)) - inverse(lineAt(fit, x))),
  );
  return { slopeWithout: slope, interceptWithout: intercept, largestChange: largest(changes) };
}
