import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { contextOf, type Focus } from "../../analysis/robustness/focus.ts";
import type { Study } from "../../analysis/robustness/read-study.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { mainSide } from "../../analysis/robustness/study-axes.ts";
import type { Note } from "../../foundation/notes.ts";
import { groupRows } from "../../output/tables/arrange-rows.ts";
import { block } from "../../output/tables/comparison-text.ts";
import { formatResultsLatex, formatResultsMarkdown } from "../../output/tables/results-markup.ts";
import { buildResultsTable } from "../../output/tables/results-table.ts";
import { linesTable, robustnessTable } from "../../output/tables/robustness-table.ts";
import { taskTitles } from "../../output/tables/task-title.ts";
import { markWarnings } from "../../output/tables/warning-marks.ts";

export interface FitPaperOptions {
  /** lines of the baseline, then lines of groups */
  readonly lines: readonly BaselineLine[];
  /** "fitted on the logit scale; baseline openai-clip" */
  readonly fitted: string;
  readonly about: Study;
  readonly warnings: readonly Note[];
  readonly focus: Focus;
}

/**
 * Formats the output of `fit` in Markdown or LaTeX: the lines, then accuracies and effective robustness as in
 * `shiftline table`. Robustness against further in-distribution sets is in a separate table.
 */
export function formatFitForPaper(
  study: RobustnessStudy,
  format: "markdown" | "latex",
  { lines, fitted, about, warnings, focus }: FitPaperOptions,
): string {
  const { axes } = about;
  const title = taskTitles(about.benchmarks, axes);
  const { preferredProtocols } = study.pairing;
  const table = buildResultsTable(study.accuracies, {
    axes,
    benchmarks: about.benchmarks,
    study: { lines: study.lines, rows: study.rows, preferredProtocols },
    prompts: { templates: null, classNames: null, allClassNames: true },
    otherProtocols: true,
    warnings,
  });
  const isContext = contextOf(focus);
  const order = table.rows.map((_, i) => i);
  const isOfContext = (i: number) => isContext(table.rows[i]?.checkpoint ?? "");
  order.sort((a, b) => Number(isOfContext(a)) - Number(isOfContext(b)) || a - b);
  const shown = { table, groups: groupRows(table, order, null), digits: DIGITS, controlColumns: false };
  const furtherRows = study.rows.filter(({ idSide }) => idSide.split("@", 1)[0] !== mainSide(axes));
  const marks = markWarnings(warnings, axes);
  const notRanked = furtherRows.some(({ doubt }) => doubt !== undefined) ? "; ‡ not ranked" : "";
  const caption = `Effective robustness in percentage points, 95 % intervals; † extrapolated${notRanked}`;
  return [
    block(linesTable(lines, axes, title), [`Lines ${fitted}`], format),
    format === "latex" ? formatResultsLatex(shown) : formatResultsMarkdown(shown),
    ...(furtherRows.length > 0
      ? [block(robustnessTable(furtherRows, axes, { marks, title }), [caption, fitted], format, marks.footnotes)]
      : []),
  ].join("\n\n");
}

/** Decimal places of percentages, as in `shiftline table`. */
const DIGITS = 1;
