import type { FitScale } from "../../../analysis/lines/fit-scale.ts";
import type { GroupComparison } from "../../../analysis/robustness/group-lines.ts";
import { MEAN_OF_SHIFTS } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { isInDistribution } from "../../../analysis/robustness/study-axes.ts";
import type { PanelStudy } from "../../figures/panel-study.ts";
import { buildPanels, type ScatterPanel } from "../../figures/scatter-panel.ts";
import type { ReportData } from "../report-data.ts";
import { shiftColumns, shiftTitle, shownSide } from "./study.ts";
import type { View } from "./view.ts";

/** A shift that can be put in the plot. */
export interface PlotChoice {
  readonly benchmark: string;
  readonly title: string;
}

/** The shifts that checkpoints or the baseline have, the average first. */
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

/** The panel of a view, of the checkpoints that the search leaves, on the axes of all. */
export function viewPanel(
  data: ReportData,
  study: PanelStudy,
  comparisons: readonly GroupComparison[],
  view: View,
  benchmark: string,
  names: ReadonlySet<string>,
): ScatterPanel | undefined {
  const grouping = data.groupings.find(({ column }) => column === view.group);
  const options = {
    scale: view.scale as FitScale,
    benchmarks: [benchmark],
    focus: data.focus,
    inDistribution: shownSide(view, study.pairing.axes),
    ...(view.axis === ""
      ? {}
      : { idSide: view.axis === "same" ? ("same-classes" as const) : ("all-classes" as const) }),
    ...(view.protocol === "" ? {} : { protocols: new Map([[benchmark, view.protocol]]) }),
    ...(view.prompts === "" ? {} : { templates: view.prompts }),
    ...(grouping === undefined ? {} : { groups: new Map(Object.entries(grouping.groups)), groupLines: comparisons }),
  };
  const [whole] = buildPanels(study, options);
  if (whole === undefined) return undefined;
  return { ...whole, checkpoints: whole.checkpoints.filter(({ name }) => names.has(name)) };
}
