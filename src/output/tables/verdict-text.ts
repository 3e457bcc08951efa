import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { doubtWords } from "../../evaluation/results/accuracy-row.ts";
import { probability } from "../../foundation/number-text.ts";

/** Describes the verdict on a distance from the line. */
export function verdictText({ verdict, predictionPHolm, benchmark, doubt }: RobustnessRow, tests: number): string {
  const p =
    predictionPHolm === null
      ? ""
      : ` (p ${probability(predictionPHolm)}${tests > 1 ? ` after Holm over ${tests}` : ""})`;
  switch (verdict) {
    case "above":
    case "below":
      return `${verdict} the baseline's 95 % prediction band${p}`;
    case "within":
      return `within the baseline's 95 % prediction band${p}`;
    case "extrapolated":
      return "no verdict: outside the accuracies that the line was fitted on";
    case "in-baseline":
      return "no verdict: one of the line's models by name, so its distance is a residual";
    case "not-ranked":
      return doubt === undefined ? "no verdict" : `not ranked: ${doubtWords(doubt)}`;
    case "not-tested":
      return benchmark === MEAN_OF_SHIFTS
        ? "no verdict: a mean of distances has no line"
        : "no verdict: the scatter of the models is not known, or the accuracy is 0 or 1 on an unknown number of images";
  }
}
