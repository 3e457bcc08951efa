import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { doubtWords } from "../../evaluation/results/accuracy-row.ts";
import { probability } from "../../foundation/number-text.ts";

/** What can be said of a distance from the line, in words. */
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
      return "no verdict: by its name one of the line's models, so its distance is a residual";
    case "not-ranked":
      return doubt === undefined ? "no verdict" : `not ranked: ${doubtWords(doubt)}`;
    case "not-tested":
      return benchmark === MEAN_OF_SHIFTS
        ? "no verdict: a mean of distances has no line"
        : "no verdict: no scatter of models is known, or an accuracy of 0 or 1 of unknown images";
  }
}
