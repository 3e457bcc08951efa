import type { RelativeRow } from "../../analysis/robustness/relative-study.ts";
import { AVERAGE, idTitle, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { points, pointsRange } from "../../foundation/number-text.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, moreRows, printable, type TableColumn } from "./text-table.ts";

/** Rows shown. */
const SHOWN = 40;
const NAME_WIDTH = 30;
const columnsOf = (axes: StudyAxes): readonly TableColumn[] => [
  { title: "checkpoint", align: "left" },
  { title: "benchmark", align: "left" },
  { title: `gain on ${axes.inDistribution.length > 1 ? "x axis" : idTitle(axes)}, pp`, align: "right" },
  { title: "under the shift, pp", align: "right" },
  { title: "95 % interval", align: "left" },
];

/**
 * Formats relative robustness on the average of the shifts if there is one, else on every shift.
 *
 * @param file file with all rows; null if none is written
 */
export function formatRelativeTable(
  rows: readonly RelativeRow[],
  reference: string,
  axes: StudyAxes,
  file: string | null,
): string {
  const averages = rows.filter((row) => row.benchmark === AVERAGE);
  const shown = averages.length > 0 ? averages : rows;
  const top = shown.slice(0, SHOWN);
  const short = nameShortener(
    top.map(({ model }) => model),
    NAME_WIDTH,
  );
  const cells = top.map((row) => [
    short(row.model),
    printable(row.benchmark),
    points(row.idDifference),
    points(row.relativeRobustness),
    row.low === null || row.high === null ? "" : pointsRange(row.low, row.high),
  ]);
  const title = `Relative robustness against ${printable(reference)}; intervals assume different images`;
  return [title, formatTextTable(columnsOf(axes), cells), ...moreRows(shown.length - cells.length, file)].join("\n");
}
