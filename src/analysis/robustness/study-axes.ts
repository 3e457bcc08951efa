import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";

/** `benchmark` of the unweighted mean accuracy of the study's shifts. */
export const AVERAGE = "average";

/** What a study measures robustness by: the benchmark in distribution, which is the x axis, and its shifts. */
export interface StudyAxes {
  /** id of the in-distribution benchmark. Its protocols other than the whole are class subsets: x axes "on the same classes" */
  readonly idBenchmark: string;
  /** protocols that score the whole of the in-distribution benchmark; "" where a source does not say */
  readonly wholeProtocols: readonly string[];
  /** the shifts that have fewer classes than the in-distribution benchmark, and are protocols of it */
  readonly classSubsets: readonly string[];
  /** the shifts that `average` is the mean of, in the order they are shown */
  readonly shifts: readonly string[];
  /** benchmark → the name that tables, figures and the report give it, where that is not the usual one */
  readonly titles: Readonly<Record<string, string>>;
}

/** ImageNet and its five natural distribution shifts (Taori et al. 2020; Radford et al. 2021). */
export const IMAGENET_AXES: StudyAxes = {
  idBenchmark: "imagenet",
  wholeProtocols: ["", "1000"],
  classSubsets: ["imagenet-r", "imagenet-a", "objectnet"],
  shifts: ["imagenet-v2", "imagenet-r", "imagenet-sketch", "imagenet-a", "objectnet"],
  titles: { imagenet: "ImageNet" },
};

/** The x axis that a row of the in-distribution benchmark is: `imagenet`, or `imagenet@imagenet-r` for its class subsets. */
export function idSideOf({ protocol }: Pick<AccuracyRow, "protocol">, axes: StudyAxes): string {
  return axes.wholeProtocols.includes(protocol) ? axes.idBenchmark : sameClassesSide(axes, protocol);
}

/** The x axis of the in-distribution benchmark on the classes of a shift. */
export function sameClassesSide({ idBenchmark }: StudyAxes, shift: string): string {
  return `${idBenchmark}@${shift}`;
}

/**
 * Whether the x axis of all classes is of other classes than a benchmark's, or some of the average's, so that y = x does not
 * mean "no loss".
 */
export function hasOtherClasses(
  benchmark: string,
  idSide: string,
  { classSubsets, shifts, ...axes }: StudyAxes,
): boolean {
  if (idSide !== axes.idBenchmark) return false;
  return benchmark === AVERAGE
    ? shifts.some((shift) => classSubsets.includes(shift))
    : classSubsets.includes(benchmark);
}

/** What the in-distribution benchmark is called. */
export function idTitle({ idBenchmark, titles }: StudyAxes): string {
  return titles[idBenchmark] ?? idBenchmark;
}

/** "five", or the number in digits: of the shifts that the average is of. */
export function shiftCount({ shifts }: StudyAxes): string {
  return shifts.length === IMAGENET_AXES.shifts.length ? "five" : String(shifts.length);
}
