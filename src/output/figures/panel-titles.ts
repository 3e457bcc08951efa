import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { AVERAGE, type StudyAxes } from "../../analysis/robustness/study-axes.ts";

/** Names of the shipped benchmarks in papers, short enough for a panel. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ["imagenet", "ImageNet"],
  ["imagenet-v2", "ImageNetV2"],
  ["imagenet-v2-threshold", "ImageNetV2 (threshold 0.7)"],
  ["imagenet-v2-top", "ImageNetV2 (top images)"],
  ["imagenet-r", "ImageNet-R"],
  ["imagenet-sketch", "ImageNet-Sketch"],
  ["imagenet-a", "ImageNet-A"],
  ["objectnet", "ObjectNet"],
  [AVERAGE, "Average of five shifts"],
]);

/** Returns a study's titles; the title of the average contains the number of shifts. */
export function studyTitles({ titles, shifts }: StudyAxes): ReadonlyMap<string, string> {
  const average = shifts.length === 5 ? [] : [[AVERAGE, `Average of ${shifts.length} shifts`] as const];
  return new Map([...average, ...Object.entries(titles)]);
}

/** Returns the title of a benchmark in figures; its id if it does not ship with the package. */
export function benchmarkTitle(benchmark: string, titles?: ReadonlyMap<string, string>): string {
  return titles?.get(benchmark) ?? TITLES.get(benchmark) ?? benchmark;
}

/** Returns the axis label of a benchmark. */
export function axisLabel(benchmark: string, scale: FitScale, titles?: ReadonlyMap<string, string>): string {
  return label(benchmark, "", scale, titles);
}

/**
 * Returns the label of an x axis such as `imagenet@imagenet-r`, including its classes.
 *
 * @param isOfOthers whether the benchmark on the other axis has fewer classes
 */
export function idAxisLabel(
  side: string,
  isOfOthers: boolean,
  scale: FitScale,
  titles?: ReadonlyMap<string, string>,
): string {
  const [benchmark = "", subset] = side.split("@");
  const all = isOfOthers ? ", all classes" : "";
  return label(benchmark, subset === undefined ? all : `, ${benchmarkTitle(subset, titles)} classes`, scale, titles);
}

function label(benchmark: string, classes: string, scale: FitScale, titles?: ReadonlyMap<string, string>): string {
  const name = benchmark === AVERAGE ? "Average" : benchmarkTitle(benchmark, titles);
  const how = scale === "linear" ? "%" : `%, ${scale} scale`;
  return `${name} top-1 accuracy${classes} (${how})`;
}
