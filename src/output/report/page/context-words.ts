import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE, idTitle } from "../../../analysis/robustness/study-axes.ts";
import { percent, plural } from "../../../foundation/number-text.ts";
import type { ReportData } from "../report-data.ts";
import { leadRows } from "./lead-rows.ts";
import { shiftTitle, shownRows, shownSide } from "./study.ts";
import { subjectsOf } from "./subjects.ts";
import type { View } from "./view.ts";

/** Describes the context of the page's answer: baseline, scale, prompts, protocol, and the shifts of an average. */
export function contextWords(data: ReportData, study: RobustnessStudy, view: View, benchmark: string): string[] {
  const rows = leadRows(study, view, benchmark);
  const [row] = rows;
  if (row === undefined) return [];
  const lines = study.lines.filter(
    (line) => line.benchmark === row.benchmark && line.idSide === row.idSide && line.protocol === row.protocol,
  );
  const [line] = lines.length > 0 ? lines : study.lines.filter((line) => line.benchmark === row.benchmark);
  const side = idTitle(data.axes, shownSide(view, data.axes));
  const models =
    line === undefined
      ? ""
      : ` (${plural(line.fit.n, "model")}, ${side} ${percent(line.fit.idMin)}–${percent(line.fit.idMax)} %)`;
  const prompts = promptsOfBaseline(data, view.baseline);
  const isTheirs = view.prompts === "" || prompts.length === 0 || prompts.includes(view.prompts);
  return [
    `Baseline ${view.baseline}${models}, ${view.scale} scale`,
    ...(view.prompts === ""
      ? []
      : [`prompts ${view.prompts}${isTheirs ? "" : ` (the baseline's are ${prompts.join(", ")})`}`]),
    row.benchmark === AVERAGE ? averageWords(data, study, view) : `protocol ${row.protocol}`,
    "intervals: finite images",
    ...missingWords(
      data,
      rows.map(({ checkpoint }) => checkpoint),
    ),
  ];
}

/** Lists the prompts of a baseline's rows, the most frequent first; rows without prompts are skipped. */
export function promptsOfBaseline({ baselines }: Pick<ReportData, "baselines">, id: string): string[] {
  const counts = new Map<string, number>();
  for (const { templates } of baselines.find((candidate) => candidate.id === id)?.rows ?? []) {
    if (templates !== "") counts.set(templates, (counts.get(templates) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([templates]) => templates);
}

/**
 * Chooses the prompts that a page shows with a baseline: the baseline's if the checkpoints in question have results
 * with them, else the most frequent prompts of their results.
 */
export function usualPrompts(data: ReportData, baseline: string): string {
  const subjects = new Set(subjectsOf(data));
  const counts = new Map<string, number>();
  for (const { checkpoint, templates } of data.results) {
    if (subjects.has(checkpoint)) counts.set(templates, (counts.get(templates) ?? 0) + 1);
  }
  const theirs = promptsOfBaseline(data, baseline).find((templates) => counts.has(templates));
  return theirs ?? [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "";
}

function averageWords(data: ReportData, study: RobustnessStudy, view: View): string {
  const { shifts } = data.axes;
  const titles = (ids: readonly string[]) => ids.map((id) => shiftTitle(data, id, "")).join(", ");
  const outsideShifts = new Set(
    shownRows(study, view)
      .map(({ benchmark }) => benchmark)
      .filter((id) => !shifts.includes(id) && data.benchmarks.some((title) => title.id === id)),
  );
  const outside = outsideShifts.size === 0 ? "" : `; not in it: ${titles([...outsideShifts])}`;
  return `average of ${titles(shifts)} by the baseline's protocols${outside}`;
}

function missingWords(data: ReportData, present: readonly string[]): string[] {
  const lacking = subjectsOf(data).filter((name) => !present.includes(name)).length;
  return lacking === 0
    ? []
    : [`${lacking} of ${subjectsOf(data).length} checkpoints ${lacking === 1 ? "has" : "have"} no result here`];
}
