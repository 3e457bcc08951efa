import { join } from "node:path";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { wholeSides } from "../../analysis/robustness/study-axes.ts";
import { columnPanels } from "../../output/figures/column-panels.ts";
import { studyTitles } from "../../output/figures/panel-titles.ts";
import { buildPanels } from "../../output/figures/scatter-panel.ts";
import { figureFiles, writeFigures } from "../../output/figures/write-figures.ts";
import { groupReport, withoutBaseline } from "../../output/report/report-study.ts";
import type { GatheredReport } from "./gather-report.ts";

/** Name of the figures' folder, next to the page. */
const FOLDER = "figures";

/**
 * Plans a report's figure files: each shift, and all shifts on one sheet, with a line per group if groups are
 * requested. If a numeric column is requested as x axis, the same figures are also made over it.
 *
 * @param study null if there is no line: only accuracies are drawn
 * @returns file names relative to the report's folder, and a function that writes them
 */
export function planReportFigures(
  data: GatheredReport["data"],
  study: RobustnessStudy | null,
): { readonly names: readonly string[]; readonly write: (folder: string) => Promise<void> } {
  const grouping = data.groupings.find(({ column }) => column === data.groupBy);
  const options = {
    scale: data.scale,
    focus: data.focus,
    runs: data.runs,
    ...(grouping === undefined
      ? {}
      : {
          groups: new Map(Object.entries(grouping.groups)),
          groupLines: groupReport(data, study, grouping.column, data.scale).comparisons,
        }),
  };
  const panels = wholeSides(data.axes).flatMap((inDistribution) =>
    buildPanels(study ?? withoutBaseline(data), { ...options, inDistribution }),
  );
  const x = data.numbers.find(({ column }) => column === data.x);
  const overX = x === undefined ? [] : columnPanels(panels, x, studyTitles(data.axes));
  const suffix = `-over-${data.x}`;
  return {
    names: [...figureFiles(panels), ...figureFiles(overX, suffix)].map((name) => join(FOLDER, name)),
    async write(folder) {
      await writeFigures(join(folder, FOLDER), panels);
      if (overX.length > 0) await writeFigures(join(folder, FOLDER), overX, { suffix });
    },
  };
}
