import { testEquivalence } from "../src/analysis/lines/equivalence.ts";
import { estimateEffect } from "../src/analysis/lines/estimate-effect.ts";
import type { SharedNoise } from "../src/analysis/lines/line-point.ts";
import { testTerms } from "../src/analysis/lines/test-terms.ts";
import { createRandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { Pilot, PilotShift } from "./_emoji-pilot.ts";
import { type SimulatedStudy, type StudyDesign, simulateStudy } from "./_simulated-study.ts";

/** The decisions and their levels. */
export interface StudyDecisions {
  readonly level: number;
  /** level of Holm's first step */
  readonly firstStepLevel: number;
  /** margin of equivalence, logit */
  readonly margin: number;
}

/** Rates, as shares of the repetitions. */
export interface StudyPower {
  /** standard error of the change in height from no share to a full share, from the spread of the estimates */
  readonly se: number;
  /** rejections of "no dilution" at `level` if there is none */
  readonly typeOne: number;
  /** rejections at `firstStepLevel` if the height changes by `effect` from no share to a full share */
  readonly power: number;
  /** decisions "within ± margin" at `level` for the two ends of the mixture if they have the same height */
  readonly pairEquivalent: number;
  /** the same for every pair of sources: "one line" */
  readonly allEquivalent: number;
}

/**
 * Simulates a study on one shift and applies its tests: the calibrated test of dilution, and two one-sided tests of heights.
 *
 * @param effect  effect on the height of a full share relative to none, logit
 * @param options replicates of each calibrated test; the seed of all random numbers
 */
export function studyPower(
  pilot: Pilot,
  shift: PilotShift,
  design: StudyDesign,
  effect: number,
  { level, firstStepLevel, margin }: StudyDecisions,
  { repetitions, replicates, seed }: { repetitions: number; replicates: number; seed: number },
): StudyPower {
  const random = createRandomNumbers(seed);
  const names = Object.keys(design.sources);
  const ends = [0, 1].map((share) => names.findIndex((name) => design.sources[name] === share));
  const estimates: number[] = [];
  let [typeOne, power, pairEquivalent, allEquivalent] = [0, 0, 0, 0];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const without = simulateStudy(pilot, shift, design, 0, random);
    const changed = simulateStudy(pilot, shift, design, effect, random);
    const testOf = (study: SimulatedStudy) => testDilution(study, design, replicates, seed + repetition);
    if (testOf(without) <= level) typeOne++;
    if (testOf(changed) <= firstStepLevel) power++;
    estimates.push(estimateDilution(without, design));
    const isEquivalent = createPairTest(without, names, margin, level);
    if (!isEquivalent(ends[0] as number, ends[1] as number)) continue;
    pairEquivalent++;
    if (names.every((_, a) => names.every((_, b) => b <= a || isEquivalent(a, b)))) allEquivalent++;
  }
  const middle = estimates.reduce((sum, value) => sum + value, 0) / repetitions;
  const variance = estimates.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (repetitions - 1);
  const rate = (count: number) => count / repetitions;
  return {
    se: Math.sqrt(variance),
    typeOne: rate(typeOne),
    power: rate(power),
    pairEquivalent: rate(pairEquivalent),
    allEquivalent: rate(allEquivalent),
  };
}

/** The checkpoints of the mixture: heights by share, samples and steps, one slope. */
function mixtureModel({ runs, points, noise }: SimulatedStudy, { sources }: StudyDesign) {
  const members = runs.flatMap(({ source }, i) => (typeof sources[source] === "number" ? [i] : []));
  const heights = members.flatMap((i) => {
    const run = runs[i];
    return run === undefined ? [] : [[sources[run.source] as number, 1, Math.log2(run.samples), Math.log2(run.steps)]];
  });
  return {
    points: members.flatMap((i) => points[i] ?? []),
    terms: { heights, slopes: members.map(() => [1]) },
    noise: noise === null ? null : partOf(noise, members, runs.length),
  };
}

function partOf({ x, y, units }: SharedNoise, members: readonly number[], n: number): SharedNoise {
  const part = (all: Float64Array | null) =>
    all === null ? null : Float64Array.from(members.flatMap((i) => members.map((j) => all[i * n + j] as number)));
  return { x: part(x), y: part(y), units };
}

/** p of the test with one degree of freedom. */
function testDilution(study: SimulatedStudy, design: StudyDesign, replicates: number, seed: number): number {
  const { points, terms, noise } = mixtureModel(study, design);
  const reduced = { heights: terms.heights.map((row) => row.slice(1)), slopes: terms.slopes };
  return testTerms(points, terms, reduced, { scale: "logit", replicates, seed, noise }).p;
}

function estimateDilution(study: SimulatedStudy, design: StudyDesign): number {
  const { points, terms, noise } = mixtureModel(study, design);
  return estimateEffect(points, terms, { heights: [1, 0, 0, 0], slopes: [0] }, { scale: "logit", noise }).estimate;
}

/** Whether the heights of two sources are shown to be equivalent, for lines with a common slope. */
function createPairTest(
  { runs, points, noise }: SimulatedStudy,
  names: readonly string[],
  margin: number,
  level: number,
): (a: number, b: number) => boolean {
  const heights = runs.map(({ source, samples, steps }) => [
    ...names.map((name) => (name === source ? 1 : 0)),
    Math.log2(samples),
    Math.log2(steps),
  ]);
  const terms = { heights, slopes: runs.map(() => [1]) };
  return (a, b) => {
    const contrast = [...names.map((_, i) => (i === a ? -1 : i === b ? 1 : 0)), 0, 0];
    const effect = estimateEffect(points, terms, { heights: contrast, slopes: [0] }, { scale: "logit", noise });
    return testEquivalence(effect, margin).p < level;
  };
}
