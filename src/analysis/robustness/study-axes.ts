import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { splitProtocol, subsetProtocol } from "../../foundation/evaluation-key.ts";

/** `benchmark` of the unweighted mean accuracy of the study's shifts. */
export const AVERAGE = "average";

/** A benchmark in distribution: an x axis, and others "on the same classes" where it was evaluated on class subsets. */
export interface InDistributionSet {
  /** benchmark id */
  readonly benchmark: string;
  /** protocols that score the whole of it; "" where a source does not say */
  readonly wholeProtocols: readonly string[];
  /** the shifts that have fewer classes, and are protocols of it */
  readonly classSubsets: readonly string[];
}

/** What a study measures robustness by: the benchmarks in distribution, which are the x axes, and their shifts. */
export interface StudyAxes {
  /** every line has one of them as its x axis; the first is shown first */
  readonly inDistribution: readonly [InDistributionSet, ...InDistributionSet[]];
  /** the shifts that `average` is the mean of, in the order they are shown; none is in distribution */
  readonly shifts: readonly string[];
  /** benchmark → the name that tables, figures and the report give it, where that is not the usual one */
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

/** The benchmark in distribution that is shown first. */
export function mainSide({ inDistribution }: StudyAxes): string {
  return inDistribution[0].benchmark;
}

/** The benchmarks in distribution, each as the x axis of all its classes. */
export function wholeSides({ inDistribution }: StudyAxes): string[] {
  return inDistribution.map(({ benchmark }) => benchmark);
}

/** Whether a benchmark is an x axis, and so no shift. */
export function isInDistribution(benchmark: string, axes: StudyAxes): boolean {
  return wholeSides(axes).includes(benchmark);
}

/** The benchmark that an x axis is of: `imagenet` of `imagenet@imagenet-r`. */
export function benchmarkOfSide(idSide: string): string {
  return idSide.split("@", 1)[0] as string;
}

/** Whether a protocol scores the whole of a benchmark in distribution. A shift's protocol of the same name is no name worth showing. */
export function isWholeProtocol(protocol: string, { inDistribution }: StudyAxes): boolean {
  return inDistribution.some(({ wholeProtocols }) => wholeProtocols.includes(protocol));
}

/**
 * The x axis that a row of a benchmark in distribution is: `imagenet`, or `imagenet@imagenet-r` for its class subsets.
 *
 * @throws RangeError if the benchmark is none in distribution
 */
export function idSideOf(
  { benchmark, protocol }: Pick<AccuracyRow, "benchmark" | "protocol">,
  axes: StudyAxes,
): string {
  const set = axes.inDistribution.find((one) => one.benchmark === benchmark);
  if (set === undefined) throw new RangeError(`${benchmark} is not in distribution`);
  return set.wholeProtocols.includes(protocol) ? benchmark : sameClassesSide(benchmark, protocol);
}

/**
 * The x axis of a shift's protocol that is restricted to a list of classes: the benchmark in distribution on the same list. All
 * its classes are no axis for it.
 *
 * @returns null where the protocol is on all its classes
 */
export function listedClassesSide(inDistribution: string, protocol: string, axes: StudyAxes): string | null {
  const { classes } = splitProtocol(protocol);
  const set = axes.inDistribution.find(({ benchmark }) => benchmark === inDistribution);
  const whole = set?.wholeProtocols.find((one) => one !== "");
  if (classes === null) return null;
  return sameClassesSide(inDistribution, subsetProtocol(whole ?? "", classes));
}

/** The x axis of a benchmark in distribution on the classes of a shift. */
export function sameClassesSide(inDistribution: string, shift: string): string {
  return `${inDistribution}@${shift}`;
}

/**
 * Whether the x axis of all classes is of other classes than a benchmark's, or some of the average's, so that y = x does not
 * mean "no loss".
 */
export function hasOtherClasses(benchmark: string, idSide: string, { inDistribution, shifts }: StudyAxes): boolean {
  const set = inDistribution.find((one) => one.benchmark === idSide);
  if (set === undefined) return false;
  return benchmark === AVERAGE
    ? shifts.some((shift) => set.classSubsets.includes(shift))
    : set.classSubsets.includes(benchmark);
}

/** What a benchmark in distribution is called: that of an x axis, else the first. */
export function idTitle(axes: StudyAxes, idSide: string = mainSide(axes)): string {
  const benchmark = benchmarkOfSide(idSide);
  return axes.titles[benchmark] ?? benchmark;
}

/** " against ImageNet", or nothing in a study that has one benchmark in distribution. */
export function againstWords(axes: StudyAxes, idSide: string): string {
  return axes.inDistribution.length === 1 ? "" : ` against ${idTitle(axes, idSide)}`;
}

/** "ImageNet", or "A and B" of a study that has several. */
export function idTitles(axes: StudyAxes): string {
  return wholeSides(axes)
    .map((side) => idTitle(axes, side))
    .join(" and ");
}

/** "five", or the number in digits: of the shifts that the average is of. */
export function shiftCount({ shifts }: StudyAxes): string {
  return shifts.length === IMAGENET_AXES.shifts.length ? "five" : String(shifts.length);
}
