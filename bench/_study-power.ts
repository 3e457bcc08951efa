import { testEquivalence } from "../src/analysis/lines/equivalence.ts";
import { estimateEffect } from "../src/analysis/lines/estimate-effect.ts";
import type { LinePoint } from "../src/analysis/lines/line-point.ts";
import { testTerms } from "../src/analysis/lines/test-terms.ts";
import { binomialAtNormal } from "../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit } from "../src/foundation/statistics/logit.ts";
import { createRandomNumbers, type RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { Pilot, PilotShift } from "./_emoji-pilot.ts";

/** The plan of a study of mixtures: every source at every number of samples and of steps, `seeds` times. */
export interface StudyDesign {
  /** source → share of the second part of the mixture; null: in no mixture */
  readonly sources: Readonly<Record<string, number | null>>;
  readonly samples: readonly number[];
  readonly steps: readonly number[];
  readonly seeds: number;
  readonly referencePictures: number;
  readonly shiftPictures: number;
  /** part of the scatter's variance that seeds of one source, samples and steps have in common */
  readonly cellShare: number;
  /** a point of the tests: each checkpoint, or the mean of the seeds of one source, samples and steps */
  readonly point: "checkpoint" | "cell";
  /** what the decisions use */
  readonly level: number;
  readonly firstStepLevel: number;
  readonly margin: number;
}

/** Rates are shares of the repetitions. */
export interface StudyPower {
  /** standard error of the height's change from no share to all, by the spread of the estimates */
  readonly se: number;
  /** rejections of "no dilution" at `level` where there is none */
  readonly typeOne: number;
  /** rejections at `firstStepLevel` where the height changes by `effect` from no share to all */
  readonly power: number;
  /** "within ± margin", at `level`, said of the two ends of the mixture where they have the same height */
  readonly pairEquivalent: number;
  /** the same of every pair of sources: "one line" */
  readonly allEquivalent: number;
}

/** Assumed, from the pilot: triple the steps move a checkpoint this far along the line (logit), and seeds vary by this much. */
const STEPS_ALONG = 0.3;
const SEED_SD = 0.08;

interface Run {
  readonly source: string;
  readonly samples: number;
  readonly steps: number;
}

/**
 * Simulates a study on one shift and applies its tests: the calibrated test of dilution, and two one-sided tests of heights.
 *
 * @param effect of all against no share on the height, logit
 * @param options replicates of each calibrated test; the seed of everything that is drawn
 */
export function studyPower(
  pilot: Pilot,
  shift: PilotShift,
  design: StudyDesign,
  effect: number,
  { repetitions, replicates, seed }: { repetitions: number; replicates: number; seed: number },
): StudyPower {
  const random = createRandomNumbers(seed);
  const { level, firstStepLevel, margin } = design;
  const names = Object.keys(design.sources);
  const ends = [0, 1].map((share) => names.findIndex((name) => design.sources[name] === share));
  const estimates: number[] = [];
  let [typeOne, power, pairEquivalent, allEquivalent] = [0, 0, 0, 0];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const [none, changed] = [0, effect].map((change) => drawStudy(pilot, shift, design, change, random));
    const withoutEffect = testDilution(none as DrawnStudy, design, replicates, seed + repetition);
    if (withoutEffect.p < level) typeOne++;
    if (testDilution(changed as DrawnStudy, design, replicates, seed + repetition).p < firstStepLevel) power++;
    estimates.push(withoutEffect.estimate);
    const pairs = testPairs(none as DrawnStudy, names, margin);
    if (pairs.every(({ p }) => p < level)) allEquivalent++;
    if (pairs.some(({ a, b, p }) => ends.includes(a) && ends.includes(b) && p < level)) pairEquivalent++;
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

interface DrawnStudy {
  readonly runs: readonly Run[];
  readonly points: readonly LinePoint[];
}

function drawStudy(
  pilot: Pilot,
  shift: PilotShift,
  design: StudyDesign,
  effect: number,
  random: RandomNumbers,
): DrawnStudy {
  const xImages = Math.round(design.referencePictures / pilot.referenceWithin);
  const yImages = Math.round(design.shiftPictures / shift.within);
  const [cellSd, runSd] = [design.cellShare, 1 - design.cellShare].map((part) => shift.scatterSd * Math.sqrt(part)) as [
    number,
    number,
  ];
  const measure = (value: number, images: number) =>
    binomialAtNormal(random.normal(), images, inverseLogit(value)) / images;
  const stepsMiddle = design.steps.reduce((sum, steps) => sum + Math.log2(steps), 0) / design.steps.length;
  const runs: Run[] = [];
  const points: LinePoint[] = [];
  for (const [source, share] of Object.entries(design.sources)) {
    for (const samples of design.samples) {
      for (const steps of design.steps) {
        const common = cellSd * random.normal();
        const along = STEPS_ALONG * ((Math.log2(steps) - stepsMiddle) / Math.log2(3));
        const own = Array.from({ length: design.seeds }, (): LinePoint => {
          const latent = (pilot.reference.get(source)?.get(samples) as number) + along + SEED_SD * random.normal();
          const height = shift.height + shift.samplesEffect * Math.log2(samples) + effect * (share ?? 0);
          const eta = height + shift.slope * latent + common + runSd * random.normal();
          return { x: measure(latent, xImages), y: measure(eta, yImages), xImages, yImages };
        });
        for (const point of design.point === "cell" ? [meanPoint(own)] : own) {
          runs.push({ source, samples, steps });
          points.push(point);
        }
      }
    }
  }
  return { runs, points };
}

function meanPoint(points: readonly LinePoint[]): LinePoint {
  const sum = (of: (point: LinePoint) => number) => points.reduce((total, point) => total + of(point), 0);
  return {
    x: sum(({ x }) => x) / points.length,
    y: sum(({ y }) => y) / points.length,
    xImages: sum(({ xImages }) => xImages),
    yImages: sum(({ yImages }) => yImages),
  };
}

/** The test of one degree of freedom among the checkpoints of the mixture, and the effect it is of. */
function testDilution({ runs, points }: DrawnStudy, design: StudyDesign, replicates: number, seed: number) {
  const members = runs.flatMap(({ source }, i) => (typeof design.sources[source] === "number" ? [i] : []));
  const heights = members.map((i) => {
    const { source, samples, steps } = runs[i] as Run;
    return [design.sources[source] as number, 1, Math.log2(samples), Math.log2(steps)];
  });
  const slopes = members.map(() => [1]);
  const own = members.map((i) => points[i] as LinePoint);
  const reduced = { heights: heights.map(([, ...rest]) => rest), slopes };
  const { p } = testTerms(own, { heights, slopes }, reduced, { scale: "logit", replicates, seed });
  const { estimate } = estimateEffect(
    own,
    { heights, slopes },
    { heights: [1, 0, 0, 0], slopes: [0] },
    { scale: "logit" },
  );
  return { p, estimate };
}

/** Equivalence of the heights of every pair of sources, lines of one slope. */
function testPairs({ runs, points }: DrawnStudy, names: readonly string[], margin: number) {
  const heights = runs.map(({ source, samples, steps }) => [
    ...names.map((name) => (name === source ? 1 : 0)),
    Math.log2(samples),
    Math.log2(steps),
  ]);
  const terms = { heights, slopes: runs.map(() => [1]) };
  return names.flatMap((_, a) =>
    names.slice(a + 1).map((_, offset) => {
      const b = a + 1 + offset;
      const contrast = [...names.map((_, i) => (i === a ? -1 : i === b ? 1 : 0)), 0, 0];
      const effect = estimateEffect(points, terms, { heights: contrast, slopes: [0] }, { scale: "logit" });
      return { a, b, p: testEquivalence(effect, margin).p };
    }),
  );
}
