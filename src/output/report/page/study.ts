import { rowsOnPreferredSides } from "../../../analysis/robustness/preferred-side.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import {
  AVERAGE,
  isInDistribution,
  mainSide,
  type StudyAxes,
  sameClassesSide,
} from "../../../analysis/robustness/study-axes.ts";
import type { ReportData } from "../report-data.ts";
import type { View } from "./view.ts";

/**
 * Returns the rows with the view's prompts and x axis; by default the x axis is the baseline's if a benchmark has two.
 */
export function shownRows(study: RobustnessStudy, view: View): RobustnessRow[] {
  const { rows, pairing } = study;
  const id = shownSide(view, pairing.axes);
  const same = ({ benchmark }: RobustnessRow) => sameClassesSide(id, benchmark);
  const ofPrompts = rows.filter((row) => view.prompts === "" || row.templates === view.prompts);
  if (view.axis === "") return rowsOnPreferredSides(ofPrompts, study, id);
  const withSame = new Set(ofPrompts.filter((row) => row.idSide === same(row)).map(({ benchmark }) => benchmark));
  return ofPrompts.filter(
    (row) => row.idSide === (view.axis === "same" && withSame.has(row.benchmark) ? same(row) : id),
  );
}

/** Returns the in-distribution benchmark of the view. */
export function shownSide({ id }: View, axes: StudyAxes): string {
  return isInDistribution(id, axes) ? id : mainSide(axes);
}

/** A column of effective robustness. */
export interface ShiftColumn {
  readonly id: string;
  readonly benchmark: string;
  readonly protocol: string;
  readonly title: string;
}

/** Lists the shifts of rows, the average first, without the mean of the shifts. */
export function shiftColumns(data: ReportData, rows: readonly RobustnessRow[]): ShiftColumn[] {
  const columns = new Map<string, ShiftColumn>();
  for (const { benchmark, protocol } of rows) {
    if (benchmark === MEAN_OF_SHIFTS) continue;
    const id = `${benchmark}/${protocol}`;
    if (!columns.has(id)) columns.set(id, { id, benchmark, protocol, title: shiftTitle(data, benchmark, protocol) });
  }
  const order = [AVERAGE, ...data.axes.shifts];
  const rank = ({ benchmark }: ShiftColumn) => (order.includes(benchmark) ? order.indexOf(benchmark) : order.length);
  return [...columns.values()].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

const SHORT: Readonly<Record<string, string>> = {
  average: "Average",
  "imagenet-v2": "V2",
  "imagenet-v2-threshold": "V2 threshold",
  "imagenet-v2-top": "V2 top",
  "imagenet-r": "R",
  "imagenet-sketch": "Sketch",
  "imagenet-a": "A",
  objectnet: "ObjectNet",
};

/** Returns a short title: the benchmark's short name, with the protocol if it is not the default. */
export function shiftTitle(data: ReportData, benchmark: string, protocol: string): string {
  const usual = data.benchmarks.find(({ id }) => id === benchmark)?.defaultProtocol;
  const { titles } = data.axes;
  const knownTitle = Object.hasOwn(titles, benchmark) ? titles[benchmark] : undefined;
  const name = knownTitle ?? (Object.hasOwn(SHORT, benchmark) ? (SHORT[benchmark] as string) : benchmark);
  return protocol === "" || protocol === usual ? name : `${name} ${protocol}`;
}
