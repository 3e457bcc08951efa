import type { LinePoint } from "../src/analysis/lines/line-point.ts";
import { testContrasts } from "../src/analysis/lines/test-contrasts.ts";
import type { TermsTest } from "../src/analysis/lines/test-terms.ts";
import { analyzeMixtureLine, type MixtureLine } from "../src/analysis/robustness/mixture-line.ts";
import { logit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign, Outcome } from "./_coverage-design.ts";
import { measured } from "./_coverage-world.ts";

/** Checkpoints of mixtures around known lines, on the logit scale. */
interface MixtureWorld {
  /** (mixtures, k) */
  readonly shares: readonly (readonly number[])[];
  /** center of the in-distribution accuracies of each mixture's checkpoints */
  readonly places: readonly number[];
  /** their standard deviation, logit */
  readonly jitter: number;
  /** decrease of x per unit share of the last source, logit; default 0 */
  readonly lower?: number;
  readonly height: number;
  readonly slope: number;
  /** height per unit share of each source */
  readonly effects: readonly number[];
  readonly scatter: (shares: readonly number[]) => number;
  readonly images: number;
}

const TWO = [
  [1, 0],
  [0.75, 0.25],
  [0.5, 0.5],
  [0.25, 0.75],
  [0, 1],
];
const THREE = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0.5, 0.5, 0],
  [0.5, 0, 0.5],
  [0, 0.5, 0.5],
  [0.34, 0.33, 0.33],
];

/** EmojiShift's sources and sizes: four checkpoints of each of five mixtures, 640 images on both axes. */
const EMOJISHIFT: MixtureWorld = {
  shares: TWO,
  places: [0.065, 0.15, 0.19, 0.22],
  jitter: 0.15,
  height: -0.5,
  slope: 0.95,
  effects: [0, 0],
  scatter: () => 0.1,
  images: 640,
};
const HARD: MixtureWorld = { ...EMOJISHIFT, height: -1.9, slope: 0.8, scatter: () => 0.25 };
const UNEQUAL: MixtureWorld = { ...EMOJISHIFT, scatter: ([, share = 0]) => 0.05 + 0.3 * share };
const MANY_IMAGES: MixtureWorld = { ...EMOJISHIFT, images: 50_000 };
const APART: MixtureWorld = { ...EMOJISHIFT, lower: 0.5 };
const FEW: MixtureWorld = { ...EMOJISHIFT, shares: [TWO[0], TWO[2], TWO[4]] as number[][] };
const ENDS: MixtureWorld = {
  ...EMOJISHIFT,
  places: [0.01, 0.1, 0.5, 0.9, 0.97],
  height: 0,
  slope: 1.1,
  scatter: () => 0.2,
};
const SOURCES: MixtureWorld = { ...EMOJISHIFT, shares: THREE, effects: [0, 0, 0] };

/** Replicates for procedures without simulation: the bootstrap only decides which slopes the tree uses. */
const TREE_REPLICATES = 39;

function drawMixtures(world: MixtureWorld, random: RandomNumbers) {
  const shares: (readonly number[])[] = [];
  const points: LinePoint[] = [];
  for (const row of world.shares) {
    const raised = row.reduce((sum, share, c) => sum + share * (world.effects[c] as number), 0);
    for (const place of world.places) {
      const xi = logit(place) - (world.lower ?? 0) * (row.at(-1) as number) + world.jitter * random.normal();
      const eta = world.height + raised + world.slope * xi + world.scatter(row) * random.normal();
      const [x, y] = [measured(xi, world.images, random), measured(eta, world.images, random)];
      points.push({ x, y, xImages: world.images, yImages: world.images });
      shares.push(row);
    }
  }
  return { points, shares };
}

type Judge = (line: MixtureLine, points: readonly LinePoint[], shares: readonly (readonly number[])[]) => Outcome;

function design(
  procedure: string,
  name: string,
  world: MixtureWorld,
  nominal: number,
  expectation: CoverageDesign["expectation"],
  judge: Judge,
  bootstrap = false,
): CoverageDesign {
  return {
    name: `mixtures: ${procedure}: ${name}`,
    topic: "mixtures",
    procedure,
    nominal,
    expectation,
    simulate: (random, replicates) => {
      const { points, shares } = drawMixtures(world, random);
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const draws = bootstrap ? replicates : Math.min(replicates, TREE_REPLICATES);
      return judge(analyzeMixtureLine(points, shares, { scale: "logit", replicates: draws, seed }), points, shares);
    },
  };
}

/** The same test with x assumed known. */
function plainHeights(points: readonly LinePoint[], shares: readonly (readonly number[])[]): number {
  const k = (shares[0] as readonly number[]).length;
  const contrasts = Array.from({ length: k - 1 }, (_, at) => ({
    heights: Array.from({ length: k }, (__, c) => (c === 0 ? -1 : c === at + 1 ? 1 : 0)),
    slopes: [0],
  }));
  const exact = points.map(({ x, ...point }) => ({ ...point, x: Math.min(0.9999, Math.max(1e-4, x)), xImages: 1e12 }));
  return testContrasts(exact, { heights: shares, slopes: points.map(() => [1]) }, contrasts, { scale: "logit" }).p;
}

const dilution = (name: string, world: MixtureWorld, expectation: CoverageDesign["expectation"] = "calibrated") =>
  design("dilution", name, world, 0.05, expectation, (line, points, shares) => ({
    hit: line.heights.p <= 0.05,
    before: plainHeights(points, shares) <= 0.05,
  }));

/** The bootstrap's decision and that of the plain F test. */
function decide(test: TermsTest | null): Outcome {
  return { hit: (test?.p ?? 1) <= 0.05, before: (test?.quickP ?? 1) <= 0.05 };
}

const slopes = (name: string, world: MixtureWorld) =>
  design("equal slopes", name, world, 0.05, "calibrated", ({ slopes: test }) => decide(test), true);

const lackOfFit = (name: string, world: MixtureWorld) =>
  design("lack of fit", name, world, 0.05, "calibrated", ({ lackOfFit: test }) => decide(test), true);

/** The interval of the first source's effect relative to the others. */
const effect = (name: string, world: MixtureWorld) =>
  design("95 % interval of the effect", name, world, 0.95, "calibrated", ({ effects: [first] }) => {
    const [firstEffect = 0, ...rest] = world.effects;
    const truth = firstEffect - rest.reduce((sum, value) => sum + value, 0) / rest.length;
    return { hit: first !== undefined && first.low <= truth && truth <= first.high, before: null };
  });

/** The interval of the deviation of the even mixture of the first two sources from its expected position. */
const place = (name: string, world: MixtureWorld) =>
  design("95 % interval of a mixture's place", name, world, 0.95, "calibrated", ({ places }) => {
    const difference = places.find(({ shares: [share] }) => share === 0.5)?.difference;
    return { hit: difference !== undefined && difference.low <= 0 && difference.high >= 0, before: null };
  });

export const MIXTURE_DESIGNS: readonly CoverageDesign[] = [
  dilution("EmojiShift", EMOJISHIFT),
  dilution("3 % under the shift", HARD),
  dilution("scatter 1 to 7", UNEQUAL),
  dilution("50,000 images", MANY_IMAGES),
  dilution("x lower with the share", APART),
  dilution("3 × 4 points", FEW),
  dilution("0.5 to 97 %", ENDS),
  dilution("three sources", SOURCES),
  slopes("EmojiShift", EMOJISHIFT),
  slopes("x lower with the share", APART),
  slopes("three sources", SOURCES),
  lackOfFit("EmojiShift, effect 0.5", { ...EMOJISHIFT, effects: [0, 0.5] }),
  lackOfFit("scatter 1 to 7", UNEQUAL),
  lackOfFit("50,000 images", MANY_IMAGES),
  lackOfFit("three sources", SOURCES),
  effect("EmojiShift, effect 0.5", { ...EMOJISHIFT, effects: [0, 0.5] }),
  effect("3 % under the shift, effect 1", { ...HARD, effects: [1, 0] }),
  effect("x lower with the share", APART),
  effect("three sources", { ...SOURCES, effects: [0.3, 0, 0.1] }),
  place("EmojiShift, effect 1", { ...EMOJISHIFT, effects: [0, 1] }),
  place("scatter 1 to 7", UNEQUAL),
  place("3 × 4 points", FEW),
  dilution("EmojiShift, effect 0.1", { ...EMOJISHIFT, effects: [0.1, 0] }, "power"),
  dilution("EmojiShift, effect 0.2", { ...EMOJISHIFT, effects: [0.2, 0] }, "power"),
  dilution("EmojiShift, effect 0.3", { ...EMOJISHIFT, effects: [0.3, 0] }, "power"),
  dilution("3 % under the shift, effect 0.5", { ...HARD, effects: [0.5, 0] }, "power"),
  dilution("3 % under the shift, effect 1", { ...HARD, effects: [1, 0] }, "power"),
];
