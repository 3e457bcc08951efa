import { effectiveImages, type PointOutcomes, sharedNoise } from "../src/analysis/lines/shared-noise.ts";
import { fitBaseline } from "../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../src/analysis/robustness/model-point.ts";
import { inverseLogit, logit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign } from "./_coverage-design.ts";
import { type Hypothesis, testGroups } from "./_coverage-groups.ts";
import { type Difficulty, drawOutcomes } from "./_coverage-images.ts";

/** The models of a line and a checkpoint, all on the same images. */
interface SharedWorld {
  readonly models: number;
  /** true in-distribution accuracies of the models, spread evenly, and that of the checkpoint */
  readonly range: readonly [number, number];
  readonly at: number;
  /** of the checkpoint, in accuracy */
  readonly above: number;
  readonly slope: number;
  readonly intercept: number;
  readonly scatter: number;
  readonly images: number;
  readonly difficulty: Difficulty;
}

const INDEPENDENT: Difficulty = { perCluster: 1, image: 0, cluster: 0 };
const SHARED: Difficulty = { perCluster: 1, image: 0.5, cluster: 0 };
const CLUSTERED: Difficulty = { perCluster: 4, image: 0.3, cluster: 0.4 };

const NINE: SharedWorld = {
  models: 9,
  range: [0.55, 0.75],
  at: 0.65,
  above: 0.05,
  slope: 0.9,
  intercept: -0.6,
  scatter: 0.05,
  images: 640,
  difficulty: SHARED,
};
const CLUSTERS: SharedWorld = {
  models: 24,
  range: [0.1, 0.6],
  at: 0.3,
  above: 0,
  slope: 0.8,
  intercept: -1,
  scatter: 0.2,
  images: 640,
  difficulty: CLUSTERED,
};

const WORLDS: Readonly<Record<string, SharedWorld>> = {
  "9 models, 640 images, correlation 0.5": NINE,
  "9 models, 5,000 images, correlation 0.5": { ...NINE, images: 5000, scatter: 0.02 },
  "9 models, checkpoint 10 points beyond, correlation 0.7": {
    ...NINE,
    range: [0.2, 0.6],
    at: 0.7,
    above: 0.1,
    slope: 1.2,
    intercept: -0.3,
    scatter: 0.1,
    images: 1000,
    difficulty: { ...SHARED, image: 0.7 },
  },
  "9 models at 15 to 25 %, 640 images": {
    ...NINE,
    range: [0.15, 0.25],
    at: 0.2,
    above: 0,
    slope: 1,
    intercept: 0,
  },
  "5 models without scatter, 2,000 images": {
    ...NINE,
    models: 5,
    range: [0.3, 0.8],
    at: 0.5,
    above: 0.02,
    slope: 1,
    intercept: -0.3,
    scatter: 0,
    images: 2000,
  },
  "9 models, independent images": { ...NINE, difficulty: INDEPENDENT },
  "24 models, 160 clusters of 4": CLUSTERS,
  "24 models, 160 clusters of 4, little scatter": { ...CLUSTERS, scatter: 0.05 },
};

/** Measurements of the models and, last, of the checkpoint. */
function drawPoints(world: SharedWorld, random: RandomNumbers): ModelPoint[] {
  const { models, at, above, images, difficulty } = world;
  const [low, high] = world.range;
  const line = (x: number) => world.intercept + world.slope * logit(x);
  const x = Array.from({ length: models }, (_, i) => low + ((high - low) * i) / (models - 1));
  const y = x.map((accuracy) => inverseLogit(line(accuracy) + world.scatter * random.normal()));
  x.push(at);
  y.push(inverseLogit(line(at)) + above);
  const isClustered = difficulty.perCluster > 1;
  const outcomes = [x, y].map((all) => drawOutcomes(all, images, difficulty, random, isClustered));
  const [ofX = [], ofY = []] = outcomes;
  return ofX.map((inX, i) => {
    const inY = ofY[i] as typeof inX;
    return {
      model: `m${i}`,
      ...{ idAccuracy: inX.correct / images, idImages: effectiveImages(inX) },
      ...{ accuracy: inY.correct / images, images: effectiveImages(inY) },
      outcomes: { x: [inX], y: [inY] },
    };
  });
}

function covers(points: readonly ModelPoint[], truth: number): boolean {
  const [row] = effectiveRobustness(fitBaseline(points.slice(0, -1)), points.slice(-1));
  return row?.low != null && row.high != null && row.low <= truth && truth <= row.high;
}

function withoutOutcomes({ outcomes: _, ...point }: ModelPoint): ModelPoint {
  return point;
}

function interval(name: string, world: SharedWorld): CoverageDesign {
  return {
    name: `shared noise: effective robustness: ${name}`,
    topic: "shared noise",
    procedure: "95 % interval of effective robustness, images known; before: taken as independent",
    nominal: 0.95,
    expectation: "calibrated",
    simulate: (random) => {
      const points = drawPoints(world, random);
      return { hit: covers(points, world.above), before: covers(points.map(withoutOutcomes), world.above) };
    },
  };
}

/** The method if only accuracies are known: the interval's coverage is at least nominal. */
function independent(name: string, world: SharedWorld): CoverageDesign {
  return {
    name: `shared noise: taken as independent: ${name}`,
    topic: "shared noise",
    procedure: "95 % interval of effective robustness, published accuracies",
    nominal: 0.95,
    expectation: "conservative",
    simulate: (random) => ({
      hit: covers(drawPoints(world, random).map(withoutOutcomes), world.above),
      before: null,
    }),
  };
}

/** Groups on the same images: a test at level 0.05 of equal slopes or heights, which are true; before: independent noise. */
function groupTest(name: string, hypothesis: Hypothesis, difficulty: Difficulty): CoverageDesign {
  return {
    name: `shared noise: groups: ${hypothesis}: ${name}`,
    topic: "shared noise",
    procedure: `equal ${hypothesis} of 4 groups of 5, images known; before: taken as independent`,
    nominal: 0.05,
    expectation: "calibrated",
    simulate: (random, replicates) => {
      const groups = Array.from({ length: 20 }, (_, i) => Math.floor(i / 5));
      const x = groups.map(() => 0.1 + 0.3 * random.uniform());
      const y = x.map((accuracy) => inverseLogit(0.9 * logit(accuracy) - 0.5 + 0.1 * random.normal()));
      const isClustered = difficulty.perCluster > 1;
      const [ofX = [], ofY = []] = [x, y].map((all) => drawOutcomes(all, 640, difficulty, random, isClustered));
      const outcomes = ofX.map((inX, i): PointOutcomes => ({ x: [inX], y: [ofY[i] as typeof inX] }));
      const points = ofX.map((inX, i) => {
        const inY = ofY[i] as typeof inX;
        const worth = { xImages: effectiveImages(inX), yImages: effectiveImages(inY) };
        return { x: inX.correct / inX.n, y: inY.correct / inY.n, ...worth };
      });
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const p = (noise: ReturnType<typeof sharedNoise>) =>
        testGroups({ points, groups }, hypothesis, { scale: "logit", replicates, seed, noise }).p;
      return { hit: p(sharedNoise(outcomes)) <= 0.05, before: p(null) <= 0.05 };
    },
  };
}

export const SHARED_DESIGNS: readonly CoverageDesign[] = [
  ...Object.entries(WORLDS).map(([name, world]) => interval(name, world)),
  independent("9 models, 640 images, correlation 0.5", NINE),
  independent(
    "5 models without scatter, 2,000 images",
    WORLDS["5 models without scatter, 2,000 images"] as SharedWorld,
  ),
  groupTest("640 images, correlation 0.5", "slopes", SHARED),
  groupTest("640 images, correlation 0.5", "heights", SHARED),
  groupTest("160 clusters of 4", "slopes", CLUSTERED),
  groupTest("160 clusters of 4", "heights", CLUSTERED),
];
