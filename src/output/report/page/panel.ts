import type { FitScale } from "../../../analysis/lines/fit-scale.ts";
import type { GroupComparison } from "../../../analysis/robustness/group-lines.ts";
import { MEAN_OF_SHIFTS } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { isInDistribution } from "../../../analysis/robustness/study-axes.ts";
import { columnPanels } from "../../figures/column-panels.ts";
import type { PanelStudy } from "../../figures/panel-study.ts";
import { studyTitles } from "../../figures/panel-titles.ts";
import { buildPanels, type ScatterPanel } from "../../figures/scatter-panel.ts";
import type { ReportData } from "../report-data.ts";
import { shiftColumns, shiftTitle, shownSide } from "./study.ts";
import { hasVerdictGroups, verdictGroups } from "./verdict-groups.ts";
import type { View } from "./view.ts";

/** A shift that can be shown in the plot. */
export interface PlotChoice {
  readonly benchmark: string;
  readonly title: string;
}

/** Lists the shifts of the checkpoints or the baseline, the average first. */
export function plotChoices(data: ReportData, study: PanelStudy): PlotChoice[] {
  const rows = study.rows.length > 0 ? study.rows : pairedBenchmarks(study);
  const seen = new Map<string, PlotChoice>();
  for (const { benchmark } of shiftColumns(data, rows)) {
    if (benchmark === MEAN_OF_SHIFTS || seen.has(benchmark)) continue;
    seen.set(benchmark, { benchmark, title: shiftTitle(data, benchmark, "") });
  }
  return [...seen.values()];
}

function pairedBenchmarks({ accuracies, pairing }: PanelStudy): RobustnessStudy["rows"] {
  const ids = new Set(
    accuracies.filter(({ benchmark }) => isInDistribution(benchmark, pairing.axes)).map(({ checkpoint }) => checkpoint),
  );
  return accuracies.filter(
    ({ benchmark, checkpoint }) => !isInDistribution(benchmark, pairing.axes) && ids.has(checkpoint),
  ) as unknown as RobustnessStudy["rows"];
}

/** Builds the panel of a view. */
export function viewPanel(
  data: ReportData,
  study: PanelStudy,
  comparisons: readonly GroupComparison[],
  view: View,
  benchmark: string,
): ScatterPanel | undefined {
  const grouping = data.groupings.find(({ column }) => column === view.group);
  const numbers = data.numbers.find(({ column }) => column === view.x);
  const options = {
    scale: view.scale as FitScale,
    benchmarks: [benchmark],
    // With published models only, nothing is left out: the plot starts zoomed in and can show all points
    ...(data.focus.by === "none" ? {} : { focus: data.focus }),
    inDistribution: shownSide(view, study.pairing.axes),
    ...(view.axis === ""
      ? {}
      : { idSide: view.axis === "same" ? ("same-classes" as const) : ("all-classes" as const) }),
    runs: data.runs,
    ...(view.protocol === "" ? {} : { protocols: new Map([[benchmark, view.protocol]]) }),
    ...(view.prompts === "" ? {} : { templates: view.prompts }),
    ...(grouping === undefined ? {} : { groups: new Map(Object.entries(grouping.groups)), groupLines: comparisons }),
  };
  const verdicts = grouping === undefined && hasVerdictGroups(data, study) ? verdictGroups(study.rows, benchmark) : {};
  const [panel] = buildPanels(study, { ...options, ...verdicts });
  if (panel === undefined) return undefined;
  const lines = panel.lines.map((line) => ({ ...line, hasBand: line.ofBaseline || line.group === view.band }));
  const drawn = { ...panel, lines };
  return numbers === undefined ? drawn : (columnPanels([drawn], numbers, studyTitles(data.axes)).at(-1) ?? drawn);
}
