import { AVERAGE } from "../../analysis/robustness/pair-rows.ts";
import type { RelativeRow } from "../../analysis/robustness/relative-study.ts";
import { idTitle, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { formatTextTable, printable, type TableColumn } from "./text-table.ts";

/** Rows shown; relative.csv holds all. */
const SHOWN = 40;
const NAME_WIDTH = 30;
const columnsOf = (axes: StudyAxes): readonly TableColumn[] => [
  { title: "checkpoint", align: "left" },
  { title: "benchmark", align: "left" },
  { title: `gain on ${idTitle(axes)}, pp`, align: "right" },
  { title: "under the shift, pp", align: "right" },
  { title: "95 % interval", align: "left" },
];

/** Relative robustness on the average of the shifts where there is one, else on every shift. */
export function formatRelativeTable(rows: readonly RelativeRow[], reference: string, axes: StudyAxes): string {
  const averages = rows.filter((row) => row.benchmark === AVERAGE);
  const shown = averages.length > 0 ? averages : rows;
  const cells = shown
    .slice(0, SHOWN)
    .map((row) => [
      printable(row.model.length > NAME_WIDTH ? `${row.model.slice(0, NAME_WIDTH - 1)}…` : row.model),
      printable(row.benchmark),
      points(row.idDifference),
      points(row.relativeRobustness),
      row.low === null || row.high === null ? "" : `${points(row.low)} … ${points(row.high)}`,
    ]);
  const rest = shown.length > SHOWN ? `\n… and ${shown.length - SHOWN} more rows in relative.csv` : "";
  const title = `Relative robustness against ${printable(reference)}; intervals as if on different images`;
  return `${title}\n${formatTextTable(columnsOf(axes), cells)}${rest}`;
}

function points(fraction: number): string {
  const rounded = (100 * fraction).toFixed(1);
  return rounded.startsWith("-") ? `−${rounded.slice(1)}` : `+${rounded}`;
}
