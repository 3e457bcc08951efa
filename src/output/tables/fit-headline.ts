import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, againstWords, idTitle, type StudyAxes, shiftCount } from "../../analysis/robustness/study-axes.ts";
import { VERDICT_LEVEL } from "../../analysis/robustness/verdict.ts";
import { percent, points, pointsRange } from "../../foundation/number-text.ts";
import { printable } from "./text-table.ts";
import { verdictText } from "./verdict-text.ts";

/**
 * Formats a row's distance from the line, its verdict, and the uncertainty from finite images.
 *
 * @param tests number of rows that the verdicts were adjusted over
 * @param withTemplates whether to add the template set to the checkpoint's name
 */
export function headline(row: RobustnessRow, axes: StudyAxes, tests: number, withTemplates = false): string {
  const what =
    row.benchmark === AVERAGE ? `on the average of the ${shiftCount(axes)} shifts` : `on ${printable(row.benchmark)}`;
  const side = row.effectiveRobustness >= 0 ? "above" : "below";
  const distance = percent(Math.abs(row.effectiveRobustness));
  const lines = [
    `${printable(row.checkpoint)}${withTemplates ? ` (${printable(row.templates)})` : ""}: ${distance} points ${side} the line ${what}${printable(againstWords(axes, row.idSide))}`,
    `  ${printable(verdictText(row, tests))}`,
    `  ${certainty(row)}`,
    ...detectable(row, tests),
  ];
  if (row.extrapolated) {
    lines.push(
      `  EXTRAPOLATED: ${percent(row.outsideBy)} points outside the baseline's ${idTitle(axes, row.idSide)} accuracies, where the line may not hold`,
    );
  }
  return lines.join("\n");
}

function certainty(row: RobustnessRow): string {
  if (row.low === null || row.high === null) return "no interval: the number of images is not known, or too small";
  const shared = row.noise === "independent" ? "" : `, ${row.noise.replace("-", " ")}: common errors cancel`;
  const interval = `95 % interval ${pointsRange(row.low, row.high)}`;
  if (row.correctedRobustness === null) return `${interval}, from finite images and the error of the line${shared}`;
  return `${points(row.correctedRobustness)} points from the line corrected for errors of x, ${interval}${shared}`;
}

/** Formats the true distances that this number of images can detect at the level of the verdict. */
function detectable({ detectableLow: low, detectableHigh: high }: RobustnessRow, tests: number): string[] {
  const ends = [low, high].flatMap((end) => (end === null ? [] : [points(end)]));
  if (ends.length === 0) return [];
  const level = tests === 1 ? `${VERDICT_LEVEL}` : `${VERDICT_LEVEL}/${tests}, Holm's first step`;
  return [`  minimum detectable: ${ends.join(" or ")} points, with 80 % power at level ${level}`];
}
