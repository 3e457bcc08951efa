import { contextOf, type Focus, hasContext, NO_FOCUS } from "../../analysis/robustness/focus.ts";
import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, type StudyAxes, shiftCount } from "../../analysis/robustness/study-axes.ts";
import { headlineRows, testedRows } from "../../analysis/robustness/verdict.ts";
import { percent, plural } from "../../foundation/number-text.ts";
import { printable } from "./text-table.ts";
import { verdictText } from "./verdict-text.ts";

/** Rows are listed one by one up to this number; beyond it the verdicts are counted, except those in focus. */
const NAMED = 6;

/** Formats the verdicts of other baselines on rows that the chosen baseline only extrapolates. */
export function coveredBlock(covered: readonly RobustnessRow[], axes: StudyAxes, focus: Focus = NO_FOCUS): string {
  const isContext = contextOf(focus);
  const byBaseline = new Map<string, RobustnessRow[]>();
  for (const row of headlineRows(covered)) byBaseline.set(row.baseline, [...(byBaseline.get(row.baseline) ?? []), row]);
  const lines = [...byBaseline].flatMap(([baseline, rows]) => {
    const tests = testedRows(covered.filter((row) => row.baseline === baseline));
    const subject = hasContext(focus) ? rows.filter(({ checkpoint }) => !isContext(checkpoint)) : [];
    const named = [rows, subject].find(({ length }) => length <= NAMED) ?? [];
    const counted = rows.filter((row) => !named.includes(row));
    const also = named.length > 0 ? "also " : "";
    return [
      ...named.map((row) => `  ${printable(baseline)}: ${sentence(row, axes, tests)}`),
      ...(counted.length === 0
        ? []
        : [`  ${printable(baseline)}: ${also}${counts(counted)}; see fit --baseline ${printable(baseline)}`]),
    ];
  });
  return ["Extrapolated above, but within the accuracies of another baseline:", ...lines].join("\n");
}

function sentence(row: RobustnessRow, axes: StudyAxes, tests: number): string {
  const of = row.benchmark === AVERAGE ? `the average of the ${shiftCount(axes)} shifts` : printable(row.benchmark);
  const side = row.effectiveRobustness >= 0 ? "above" : "below";
  const distance = percent(Math.abs(row.effectiveRobustness));
  return `${printable(row.checkpoint)} on ${of}: ${distance} points ${side} its line,\n    ${verdictText(row, tests)}`;
}

function counts(rows: readonly RobustnessRow[]): string {
  const count = (verdict: RobustnessRow["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  const tested = ["above", "below", "within"] as const;
  return `${plural(rows.length, "checkpoint")}, ${tested.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}`;
}
