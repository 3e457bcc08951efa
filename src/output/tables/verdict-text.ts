import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { probability } from "../../foundation/number-text.ts";

/** What can be said of a distance from the line, in words. */
export function verdictText({ verdict, predictionPHolm }: RobustnessRow, tests: number): string {
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
      return "no verdict: one of the baseline's models, so its distance is a residual";
    case "not-ranked":
      return "no verdict: the published row is doubtful or repeats another";
    case "not-tested":
      return "no verdict: a mean of distances has no line";
  }
}
