import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { AVERAGE, type StudyAxes } from "../../analysis/robustness/study-axes.ts";

/** The names that papers give the shipped benchmarks, short enough for a panel. */
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

/** A study's titles; its average is called by the number of its shifts. */
export function studyTitles({ titles, shifts }: StudyAxes): ReadonlyMap<string, string> {
  const average = shifts.length === 5 ? [] : [[AVERAGE, `Average of ${shifts.length} shifts`] as const];
  return new Map([...average, ...Object.entries(titles)]);
}

/** What a figure calls a benchmark; the id of one that does not ship with the package. */
export function benchmarkTitle(benchmark: string, titles?: ReadonlyMap<string, string>): string {
  return titles?.get(benchmark) ?? TITLES.get(benchmark) ?? benchmark;
}

/** Label of the axis of a benchmark. */
export function axisLabel(benchmark: string, scale: FitScale, titles?: ReadonlyMap<string, string>): string {
  return label(benchmark, "", scale, titles);
}

/**
 * Label of an x axis such as `imagenet@imagenet-r`, whose classes it names.
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
