import { AVERAGE, shiftCount } from "../../../analysis/robustness/study-axes.ts";
import { plural } from "../../../foundation/number-text.ts";
import type { GroupFinding, GroupFindings, ReportData } from "../report-data.ts";
import type { Answer, Part } from "./answer.ts";
import { shiftTitle } from "./study.ts";
import type { View } from "./view.ts";

/** Returns the findings about the groups in the plot; undefined if there are none on this scale. */
export function groupFindings({ findings, baselines }: ReportData, view: View): GroupFindings | undefined {
  const groups = findings?.groups ?? undefined;
  const isShown = groups?.column === view.group && findings?.scale === view.scale && view.baseline === baselines[0]?.id;
  return isShown ? groups : undefined;
}

/** Returns the findings for the view's prompts, one per benchmark, the average first. */
export function shownFindings(data: ReportData, view: View, { rows }: GroupFindings): GroupFinding[] {
  const chosen = new Map<string, GroupFinding>();
  for (const row of rows) {
    if (view.prompts !== "" && row.templates !== "" && row.templates !== view.prompts) continue;
    if (row.idSide.includes("@") && chosen.has(row.benchmark)) continue;
    if (!chosen.has(row.benchmark)) chosen.set(row.benchmark, row);
  }
  const order = [AVERAGE, ...data.axes.shifts];
  const rank = ({ benchmark }: GroupFinding) => (order.includes(benchmark) ? order.indexOf(benchmark) : order.length);
  return [...chosen.values()].sort((a, b) => rank(a) - rank(b));
}

/** Answers whether groups of checkpoints that are the line's models have different lines. */
export function answerGroups(data: ReportData, groups: GroupFindings, view: View, benchmark: string): Answer {
  const rows = shownFindings(data, view, groups);
  const row = rows.find((finding) => finding.benchmark === benchmark);
  const question = [`Does ${groups.column} change the line, at equal accuracy in distribution?`];
  if (row === undefined) {
    return { question, sentences: [[{ strong: "Open", tone: "" }, ": nothing was tested here."]], lead: undefined };
  }
  const where =
    row.benchmark === AVERAGE
      ? `on the average of the ${shiftCount(data.axes)} shifts`
      : `on ${shiftTitle(data, row.benchmark, row.protocol)}`;
  const tests = row.tests === "" ? "" : ` (${row.tests}; Holm over ${plural(groups.family, "test")})`;
  const differing = rows.filter(differs).map(({ benchmark, protocol }) => shiftTitle(data, benchmark, protocol));
  return {
    question,
    sentences: [
      [{ strong: WORDS[row.verdict], tone: "" }, ` ${where}: ${row.heading}${tests}.`],
      [
        differing.length === 0
          ? `No difference is shown on any of ${rows.length} benchmarks.`
          : `A difference is shown on ${differing.length} of ${rows.length} benchmarks: ${differing.join(", ")}.`,
      ] satisfies Part[],
    ],
    lead: undefined,
  };
}

/** Returns whether a difference of lines is shown. */
export function differs({ verdict }: GroupFinding): boolean {
  return verdict === "slopes-differ" || verdict === "heights-differ";
}

const WORDS: Readonly<Record<GroupFinding["verdict"], string>> = {
  "slopes-differ": "Yes",
  "heights-differ": "Yes",
  "one-line": "No, it is one line",
  "no-difference-shown": "Not shown",
  "not-tested": "Open",
};
