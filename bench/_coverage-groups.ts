import { type Contrast, type Effect, estimateEffects } from "../src/analysis/lines/estimate-effect.ts";
import { commonLine, groupLines, type LineTerms } from "../src/analysis/lines/line-terms.ts";
import { type TestOptions, testTerms } from "../src/analysis/lines/test-terms.ts";
import { groupPairs, heightDifferences, testOneLine, testPairs } from "../src/analysis/robustness/group-effects.ts";
import { holm } from "../src/foundation/statistics/holm.ts";
import { logit } from "../src/foundation/statistics/logit.ts";
import type { CoverageDesign } from "./_coverage-design.ts";
import { drawGroups, type GroupSample, type GroupWorld, ofGroup } from "./_coverage-world.ts";

/** EmojiShift's: six sources of four to six checkpoints, 640 images on both axes. */
const EMOJISHIFT: GroupWorld = {
  sizes: [6, 4, 6, 4, 4, 4],
  range: [0.05, 0.27],
  spacing: "drawn",
  slopes: [0.9],
  heights: [-1.9],
  scatter: [0.05],
  xImages: 640,
  yImages: 640,
};
const MANY_IMAGES: GroupWorld = {
  ...EMOJISHIFT,
  sizes: [5, 5, 5, 5, 5, 5],
  range: [0.1, 0.6],
  slopes: [1],
  heights: [-1],
  scatter: [0.1],
  xImages: 50_000,
  yImages: 50_000,
};

export const GROUP_WORLDS: Readonly<Record<string, GroupWorld>> = {
  EmojiShift: EMOJISHIFT,
  "EmojiShift, even x": { ...EMOJISHIFT, spacing: "even" },
  "EmojiShift, unequal scatter": { ...EMOJISHIFT, scatter: [0.02, 0.05, 0.05, 0.1, 0.2, 0.4] },
  "EmojiShift, 2,560 images on x": {
    ...EMOJISHIFT,
    scatter: [0.05, 0.05, 0.05, 0.1, 0.1, 0.2],
    xImages: 2560,
    yImages: 640,
  },
  "50,000 images, equal scatter": MANY_IMAGES,
  "50,000 images, scatter 1 to 8": { ...MANY_IMAGES, scatter: [0.05, 0.05, 0.05, 0.1, 0.2, 0.4] },
  "3 × 4 points, scatter 1 to 8": { ...MANY_IMAGES, sizes: [4, 4, 4], scatter: [0.05, 0.1, 0.4] },
  "2 × 4 points, equal scatter": { ...MANY_IMAGES, sizes: [4, 4] },
  "2 × 4 points, scatter 1 to 5": { ...MANY_IMAGES, sizes: [4, 4], scatter: [0.05, 0.25] },
  "groups apart in x, 640 images": { ...EMOJISHIFT, sizes: [5, 5, 5, 5], range: [0.1, 0.27], apart: 0.35 },
  "x of 18 to 26 %, 640 images": { ...EMOJISHIFT, sizes: [6, 6, 6, 6], range: [0.18, 0.26] },
  "99.7 %": {
    ...MANY_IMAGES,
    sizes: [5, 5, 5],
    range: [0.98, 0.997],
    slopes: [0.9],
    heights: [4.6],
    xImages: 2000,
    yImages: 2000,
  },
  "0.2 %": {
    ...MANY_IMAGES,
    sizes: [5, 5, 5],
    range: [0.05, 0.3],
    slopes: [1.2],
    heights: [-5.5],
    xImages: 1500,
    yImages: 1500,
  },
};

export type Hypothesis = "slopes" | "heights";

/** A test at level 0.05 of a hypothesis that is true or false in the world. */
function test(
  name: string,
  world: GroupWorld,
  hypothesis: Hypothesis,
  expectation: CoverageDesign["expectation"],
): CoverageDesign {
  return {
    name: `groups: ${hypothesis}: ${name}`,
    topic: "groups",
    procedure: hypothesis === "slopes" ? "equal slopes" : "equal heights, slopes equal",
    nominal: 0.05,
    expectation,
    simulate: (random, replicates) => {
      const sample = drawGroups(world, random);
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const { p, quickP } = testGroups(sample, hypothesis, { scale: "logit", replicates, seed });
      return { hit: p <= 0.05, before: quickP <= 0.05 };
    },
  };
}

/** p of `decideGroups`' test, and of the plain F test. */
export function testGroups(
  { points, groups }: GroupSample,
  hypothesis: Hypothesis,
  { scale, replicates = 0, ...rest }: TestOptions,
): { readonly p: number; readonly quickP: number } {
  const parallel = groupLines(groups, "parallel");
  if (hypothesis === "slopes") {
    const options = { ...rest, scale, replicates, scatterGroups: groups };
    return testTerms(points, groupLines(groups, "separate"), parallel, options);
  }
  const pairs = groupPairs(Math.max(...groups) + 1);
  const { p } = testPairs(heightDifferences(points, groups, pairs, null, { ...rest, scale, replicates }));
  return { p, quickP: testTerms(points, parallel, commonLine(points.length), { scale, replicates: 0 }).quickP };
}

/** A 95 % interval of the difference between the last group and the first. */
function interval(
  name: string,
  world: GroupWorld,
  effect: "slope" | "height",
  expectation: CoverageDesign["expectation"],
): CoverageDesign {
  return {
    name: `groups: ${effect} difference: ${name}`,
    topic: "groups",
    procedure: `95 % interval of a difference of ${effect}s`,
    nominal: 0.95,
    expectation,
    simulate: (random, replicates) => {
      const sample = drawGroups(world, random);
      const last = world.sizes.length - 1;
      const truth =
        effect === "slope"
          ? ofGroup(world.slopes, last) - ofGroup(world.slopes, 0)
          : ofGroup(world.heights, last) - ofGroup(world.heights, 0);
      const { terms, contrast } = lastLessFirst(sample, effect);
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const [estimated] = estimateEffects(sample.points, terms, [contrast], {
        scale: "logit",
        replicates,
        seed,
        scatterGroups: sample.groups,
      });
      const { low, high } = estimated as Effect;
      return { hit: low <= truth && truth <= high, before: null };
    },
  };
}

function lastLessFirst(
  { groups }: GroupSample,
  effect: "slope" | "height",
): { readonly terms: LineTerms; readonly contrast: Contrast } {
  const terms = groupLines(groups, effect === "slope" ? "separate" : "parallel");
  const count = Math.max(...groups) + 1;
  const difference = Array.from({ length: count }, (_, group) => (group === count - 1 ? 1 : group === 0 ? -1 : 0));
  return {
    terms,
    contrast:
      effect === "slope"
        ? { heights: difference.map(() => 0), slopes: difference }
        : { heights: difference, slopes: [0] },
  };
}

/** Two lines whose distance is the margin, or one line: how often is it declared one line? */
function equivalence(name: string, world: GroupWorld, expectation: CoverageDesign["expectation"]): CoverageDesign {
  return {
    name: `groups: one line: ${name}`,
    topic: "groups",
    procedure: "one line within 0.1 logit (TOST)",
    nominal: 0.05,
    expectation,
    simulate: (random, replicates) => {
      const { points, groups } = drawGroups(world, random);
      const ends = world.range.map(logit);
      const seed = Math.floor(random.uniform() * 2 ** 31);
      const { p } = testOneLine(points, groups, [[1, 0]], ends, 0.1, { scale: "logit", replicates, seed });
      return { hit: p <= 0.05, before: null };
    },
  };
}

/** Slopes and heights together, by Holm: how often is a false difference declared? */
function tree(name: string, world: GroupWorld): CoverageDesign {
  return {
    name: `groups: tree: ${name}`,
    topic: "groups",
    procedure: "any difference called, Holm over slopes and heights",
    nominal: 0.05,
    expectation: "conservative",
    simulate: (random, replicates) => {
      const sample = drawGroups(world, random);
      const options = { scale: "logit", replicates, seed: Math.floor(random.uniform() * 2 ** 31) } as const;
      const [slopes, heights] = [testGroups(sample, "slopes", options), testGroups(sample, "heights", options)];
      const called = holm([slopes.p, heights.p]).some((adjusted) => adjusted <= 0.05);
      return { hit: called, before: slopes.quickP <= 0.05 || heights.quickP <= 0.05 };
    },
  };
}

export const world = (name: string) => GROUP_WORLDS[name] as GroupWorld;
const named = Object.entries(GROUP_WORLDS);
/** Worlds in which heights and intervals are also tested. */
const SHORT = [
  "EmojiShift",
  "EmojiShift, unequal scatter",
  "EmojiShift, 2,560 images on x",
  "50,000 images, scatter 1 to 8",
  "3 × 4 points, scatter 1 to 8",
  "2 × 4 points, equal scatter",
  "2 × 4 points, scatter 1 to 5",
  "groups apart in x, 640 images",
];
const CLOSE: GroupWorld = { ...MANY_IMAGES, sizes: [10, 10], scatter: [0.04] };

export const GROUP_DESIGNS: readonly CoverageDesign[] = [
  ...named.map(([name, drawn]) => test(name, drawn, "slopes", "calibrated")),
  ...SHORT.map((name) => test(name, world(name), "heights", "calibrated")),
  ...SHORT.map((name) => interval(name, world(name), "slope", "calibrated")),
  ...SHORT.map((name) => interval(name, world(name), "height", "calibrated")),
  tree("EmojiShift, unequal scatter", world("EmojiShift, unequal scatter")),
  equivalence("two lines 0.1 logit apart", { ...CLOSE, heights: [-1, -1.1] }, "conservative"),
  equivalence("one line", CLOSE, "power"),
  test(
    "EmojiShift, two slopes 0.5 steeper",
    { ...EMOJISHIFT, slopes: [0.9, 0.9, 0.9, 0.9, 1.4, 1.4] },
    "slopes",
    "power",
  ),
  test(
    "EmojiShift, heights 0.2 apart",
    { ...EMOJISHIFT, heights: [-1.9, -1.9, -1.9, -2.1, -2.1, -2.1] },
    "heights",
    "power",
  ),
];
