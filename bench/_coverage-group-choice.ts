/**
 * Why slopes are tested by F and heights by pairs: both tests, both simulated, with groups that differ and groups that do not.
 */

import { commonLine, groupLines } from "../src/analysis/lines/line-terms.ts";
import { testTerms } from "../src/analysis/lines/test-terms.ts";
import { groupPairs, slopeDifferences, testPairs } from "../src/analysis/robustness/group-effects.ts";
import type { CoverageDesign } from "./_coverage-design.ts";
import { type Hypothesis, testGroups, world } from "./_coverage-groups.ts";
import { drawGroups, type GroupSample, type GroupWorld } from "./_coverage-world.ts";

interface SimulationOptions {
  readonly scale: "logit";
  readonly replicates: number;
  readonly seed: number;
}

/** p of the test that is not used: any pair for slopes, F for heights. */
function alternativeP({ points, groups }: GroupSample, hypothesis: Hypothesis, options: SimulationOptions): number {
  if (hypothesis === "slopes")
    return testPairs(slopeDifferences(points, groups, groupPairs(Math.max(...groups) + 1), options)).p;
  const reduced = commonLine(points.length);
  return testTerms(points, groupLines(groups, "parallel"), reduced, { ...options, scatterGroups: groups }).p;
}

function choice(
  name: string,
  hypothesis: Hypothesis,
  drawn: GroupWorld,
  expectation: CoverageDesign["expectation"] = "power",
): CoverageDesign {
  return {
    name: `choice of test: ${hypothesis}: ${name}`,
    topic: "choice of test",
    procedure: `equal ${hypothesis}, ${hypothesis === "slopes" ? "F; before: any pair" : "any pair; before: F"}`,
    nominal: 0.05,
    expectation,
    simulate: (random, replicates) => {
      const sample = drawGroups(drawn, random);
      const options = { scale: "logit", replicates, seed: Math.floor(random.uniform() * 2 ** 31) } as const;
      return {
        hit: testGroups(sample, hypothesis, options).p <= 0.05,
        before: alternativeP(sample, hypothesis, options) <= 0.05,
      };
    },
  };
}

const EMOJISHIFT = world("EmojiShift");
const MANY_IMAGES = world("50,000 images, equal scatter");

export const GROUP_CHOICE_DESIGNS: readonly CoverageDesign[] = [
  choice("EmojiShift, two of six 0.5 steeper", "slopes", { ...EMOJISHIFT, slopes: [0.9, 0.9, 0.9, 0.9, 1.4, 1.4] }),
  choice("none differs, x of 18 to 26 %, 640 images", "slopes", world("x of 18 to 26 %, 640 images"), "calibrated"),
  choice("EmojiShift, three of six 0.2 lower", "heights", {
    ...EMOJISHIFT,
    heights: [-1.9, -1.9, -1.9, -2.1, -2.1, -2.1],
  }),
  choice("EmojiShift, two of six 0.3 apart", "heights", {
    ...EMOJISHIFT,
    heights: [-1.75, -1.9, -1.9, -1.9, -1.9, -2.05],
  }),
  choice("50,000 images, one of six 0.2 lower", "heights", { ...MANY_IMAGES, heights: [-1, -1, -1, -1, -1, -1.2] }),
  choice("none differs, 2 × 4 points, scatter 1 to 5", "heights", world("2 × 4 points, scatter 1 to 5"), "calibrated"),
];
