import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { splitProtocol, subsetProtocol } from "../../foundation/evaluation-key.ts";

/** `benchmark` of the unweighted mean accuracy of the study's shifts. */
export const AVERAGE = "average";

/**
 * An in-distribution benchmark: an x axis, and further axes "on the same classes" if it was evaluated on class subsets.
 */
export interface InDistributionSet {
  /** benchmark id */
  readonly benchmark: string;
  /** protocols for all its classes; "" if a source does not state the protocol */
  readonly wholeProtocols: readonly string[];
  /** the shifts with fewer classes, which are protocols of this benchmark */
  readonly classSubsets: readonly string[];
}

/** The axes of a study: the in-distribution benchmarks, which are the x axes, and their shifts. */
export interface StudyAxes {
  /** the possible x axes of lines; the first is shown first */
  readonly inDistribution: readonly [InDistributionSet, ...InDistributionSet[]];
  /** the shifts in `average`, in display order; none is in distribution */
  readonly shifts: readonly string[];
  /** benchmark → its name in tables, figures and the report, if that is not the usual one */
  readonly titles: Readonly<Record<string, string>>;
}

/** ImageNet and its five natural distribution shifts (Taori et al. 2020; Radford et al. 2021). */
export const IMAGENET_AXES: StudyAxes = {
  inDistribution: [
    {
      benchmark: "imagenet",
      wholeProtocols: ["", "1000"],
      classSubsets: ["imagenet-r", "imagenet-a", "objectnet"],
    },
  ],
  shifts: ["imagenet-v2", "imagenet-r", "imagenet-sketch", "imagenet-a", "objectnet"],
  titles: { imagenet: "ImageNet" },
};

/** Returns the in-distribution benchmark that is shown first. */
export function mainSide({ inDistribution }: StudyAxes): string {
  return inDistribution[0].benchmark;
}

/** Returns the in-distribution benchmarks, each as the x axis of all its classes. */
export function wholeSides({ inDistribution }: StudyAxes): string[] {
  return inDistribution.map(({ benchmark }) => benchmark);
}

/** Returns whether a benchmark is an x axis and therefore not a shift. */
export function isInDistribution(benchmark: string, axes: StudyAxes): boolean {
  return wholeSides(axes).includes(benchmark);
}

/** Returns the benchmark of an x axis: `imagenet` for `imagenet@imagenet-r`. */
export function benchmarkOfSide(idSide: string): string {
  return idSide.split("@", 1)[0] as string;
}

/**
 * Returns whether a protocol covers all classes of an in-distribution benchmark. A shift's protocol with the same name
 * need not be shown.
 */
export function isWholeProtocol(protocol: string, { inDistribution }: StudyAxes): boolean {
  return inDistribution.some(({ wholeProtocols }) => wholeProtocols.includes(protocol));
}

/**
 * Returns the x axis of a row of an in-distribution benchmark: `imagenet`, or `imagenet@imagenet-r` for its class
 * subsets.
 *
 * @throws RangeError if the benchmark is not in distribution
 */
export function idSideOf(
  { benchmark, protocol }: Pick<AccuracyRow, "benchmark" | "protocol">,
  axes: StudyAxes,
): string {
  const set = axes.inDistribution.find((candidate) => candidate.benchmark === benchmark);
  if (set === undefined) throw new RangeError(`${benchmark} is not in distribution`);
  return set.wholeProtocols.includes(protocol) ? benchmark : sameClassesSide(benchmark, protocol);
}

/**
 * Returns the x axis of a shift's protocol that is restricted to a list of classes: the in-distribution benchmark on
 * the same list. All classes are not an axis for it.
 *
 * @returns null if the protocol is on all its classes
 */
export function listedClassesSide(inDistribution: string, protocol: string, axes: StudyAxes): string | null {
  const { classes } = splitProtocol(protocol);
  const set = axes.inDistribution.find(({ benchmark }) => benchmark === inDistribution);
  const whole = set?.wholeProtocols.find((protocol) => protocol !== "");
  if (classes === null) return null;
  return sameClassesSide(inDistribution, subsetProtocol(whole ?? "", classes));
}

/** Returns the x axis of an in-distribution benchmark on the classes of a shift. */
export function sameClassesSide(inDistribution: string, shift: string): string {
  return `${inDistribution}@${shift}`;
}

/**
 * Returns whether the x axis of all classes has other classes than a benchmark, or than some shifts of the average, so
 * that y = x does not mean "no loss".
 */
export function hasOtherClasses(benchmark: string, idSide: string, { inDistribution, shifts }: StudyAxes): boolean {
  const set = inDistribution.find((candidate) => candidate.benchmark === idSide);
  if (set === undefined) return false;
  return benchmark === AVERAGE
    ? shifts.some((shift) => set.classSubsets.includes(shift))
    : set.classSubsets.includes(benchmark);
}

/** Returns the title of the in-distribution benchmark of an x axis, else of the first. */
export function idTitle(axes: StudyAxes, idSide: string = mainSide(axes)): string {
  const benchmark = benchmarkOfSide(idSide);
  return axes.titles[benchmark] ?? benchmark;
}

/** Returns " against ImageNet", or "" in a study with one in-distribution benchmark. */
export function againstWords(axes: StudyAxes, idSide: string): string {
  return axes.inDistribution.length === 1 ? "" : ` against ${idTitle(axes, idSide)}`;
}

/** Returns "ImageNet", or "A and B" for a study with several. */
export function idTitles(axes: StudyAxes): string {
  return wholeSides(axes)
    .map((side) => idTitle(axes, side))
    .join(" and ");
}

/** Returns the number of shifts in the average: "five", or in digits. */
export function shiftCount({ shifts }: StudyAxes): string {
  return shifts.length === IMAGENET_AXES.shifts.length ? "five" : String(shifts.length);
}
