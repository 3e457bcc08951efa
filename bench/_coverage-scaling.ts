import type { LinePoint } from "../src/analysis/lines/line-point.ts";
import { analyzeScalingLine, type ScalingLine } from "../src/analysis/robustness/scaling-line.ts";
import { logit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign, Outcome } from "./_coverage-design.ts";
import { measured } from "./_coverage-world.ts";

/** Groups of checkpoints at several sizes around known lines, on the logit scale. */
interface ScalingWorld {
  readonly groups: number;
  /** doublings of the samples */
  readonly sizes: readonly number[];
  /** doublings of the steps, at each size; empty: no such column */
  readonly steps: readonly number[];
  readonly seeds: number;
  /** along the line per doubling of samples and of steps */
  readonly along: readonly [number, number];
  /** the same above the line */
  readonly above: readonly [number, number];
  /** standard deviation of x around the value expected from the columns */
  readonly jitter: number;
  readonly height: number;
  readonly scatter: number;
  readonly images: number;
}

/** EmojiShift's: six sources at four sizes, 640 images on both axes. */
const EMOJISHIFT: ScalingWorld = {
  groups: 6,
  sizes: [-3, -1, 1, 3],
  steps: [],
  seeds: 1,
  along: [0.2, 0],
  above: [0, 0],
  jitter: 0.2,
  height: -0.5,
  scatter: 0.08,
  images: 640,
};
const HARD: ScalingWorld = { ...EMOJISHIFT, height: -2, scatter: 0.25 };
const STEPS: ScalingWorld = { ...EMOJISHIFT, steps: [0, 1], along: [0.2, 0.1] };
const SEEDS: ScalingWorld = { ...STEPS, groups: 3, seeds: 3 };

/** Replicates: the bootstrap only decides whether each group has a slope. */
const TREE_REPLICATES = 39;

function drawScaling(world: ScalingWorld, random: RandomNumbers) {
  const points: LinePoint[] = [];
  const values: number[][] = [];
  const groups: string[] = [];
  for (let group = 0; group < world.groups; group++) {
    for (const size of world.sizes) {
      for (const step of world.steps.length === 0 ? [0] : world.steps) {
        for (let seed = 0; seed < world.seeds; seed++) {
          const xi = logit(0.15) + world.along[0] * size + world.along[1] * step + world.jitter * random.normal();
          const raised = 0.1 * group + world.above[0] * size + world.above[1] * step;
          const eta = world.height + raised + 0.95 * xi + world.scatter * random.normal();
          const [x, y] = [measured(xi, world.images, random), measured(eta, world.images, random)];
          points.push({ x, y, xImages: world.images, yImages: world.images });
          values.push(world.steps.length === 0 ? [size] : [size, step]);
          groups.push(String(group));
        }
      }
    }
  }
  return { points, values, groups };
}

function design(
  procedure: string,
  name: string,
  world: ScalingWorld,
  nominal: number,
  expectation: CoverageDesign["expectation"],
  judge: (line: ScalingLine) => boolean,
): CoverageDesign {
  const columns = world.steps.length === 0 ? ["samples"] : ["samples", "steps"];
  return {
    name: `scaling: ${procedure}: ${name}`,
    topic: "scaling",
    procedure,
    nominal,
    expectation,
    simulate: (random, replicates): Outcome => {
      const { points, values, groups } = drawScaling(world, random);
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const analyze = (of: readonly LinePoint[], draws: number) =>
        judge(analyzeScalingLine(of, columns, values, groups, { scale: "logit", replicates: draws, seed }));
      // Least squares with x assumed known
      const exact = points.map((point) => ({ ...point, xImages: 1e12, x: Math.max(point.x, 0.5 / world.images) }));
      return { hit: analyze(points, Math.min(replicates, TREE_REPLICATES)), before: analyze(exact, 1) };
    },
  };
}

const above = (name: string, world: ScalingWorld, expectation: CoverageDesign["expectation"] = "calibrated") =>
  design(
    "effect above the line",
    name,
    world,
    0.05,
    expectation,
    ({ effects: [samples] }) => (samples?.above.p ?? 1) <= 0.05,
  );

const together = (name: string, world: ScalingWorld, expectation: CoverageDesign["expectation"] = "calibrated") =>
  design("both columns above the line", name, world, 0.05, expectation, ({ together: test }) => (test?.p ?? 1) <= 0.05);

const interval = (name: string, world: ScalingWorld, which: "above" | "along", column: 0 | 1 = 0) =>
  design(`95 % interval ${which} the line`, name, world, 0.95, "calibrated", ({ effects }) => {
    const effect = effects[column]?.[which];
    const truth = world[which][column];
    return effect !== undefined && effect.low <= truth && truth <= effect.high;
  });

export const SCALING_DESIGNS: readonly CoverageDesign[] = [
  above("EmojiShift", EMOJISHIFT),
  above("3 % under the shift", HARD),
  above("50,000 images", { ...EMOJISHIFT, images: 50_000 }),
  above("one group of 20", { ...EMOJISHIFT, groups: 1, seeds: 5, jitter: 0.15 }),
  above("samples and steps", STEPS),
  above("samples and steps, 3 seeds", SEEDS),
  together("samples and steps", STEPS),
  together("samples and steps, 3 seeds", SEEDS),
  interval("EmojiShift, 0.1 a doubling", { ...EMOJISHIFT, above: [0.1, 0] }, "above"),
  interval("3 % under the shift, 0.25 a doubling", { ...HARD, above: [0.25, 0] }, "above"),
  interval("steps beside samples", { ...STEPS, above: [0.1, 0.1] }, "above", 1),
  interval("EmojiShift", EMOJISHIFT, "along"),
  interval("samples and steps", STEPS, "along", 1),
  above("EmojiShift, 0.1 a doubling", { ...EMOJISHIFT, above: [0.1, 0] }, "power"),
  above("EmojiShift, −0.1 a doubling", { ...EMOJISHIFT, above: [-0.1, 0] }, "power"),
  together("3 seeds, 0.1 a doubling of steps", { ...SEEDS, above: [0, 0.1] }, "power"),
];
