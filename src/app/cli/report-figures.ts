import { join } from "node:path";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { wholeSides } from "../../analysis/robustness/study-axes.ts";
import { columnPanels } from "../../output/figures/column-panels.ts";
import { studyTitles } from "../../output/figures/panel-titles.ts";
import { buildPanels } from "../../output/figures/scatter-panel.ts";
import { figureFiles, writeFigures } from "../../output/figures/write-figures.ts";
import { groupReport, withoutBaseline } from "../../output/report/report-study.ts";
import type { GatheredReport } from "./gather-report.ts";

/** Folder of a report's figures, beside its page. */
const FOLDER = "figures";

/**
 * A report's figures, which lie beside it: every shift, and all on one sheet, with a line a group where groups are asked
 * for; and the same over a numeric column where one is on the x axis.
 *
 * @param study null where there is no line: the accuracies are drawn alone
 * @returns names of the files below the report's folder, and what writes them
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
