import { DECISION_LEVEL } from "../src/analysis/comparison/decide-together.ts";
import { binomialAtNormal } from "../src/foundation/statistics/binomial-draw.ts";
import { holm } from "../src/foundation/statistics/holm.ts";
import { mcnemarExact } from "../src/foundation/statistics/mcnemar.ts";
import { minimumDetectableDifference } from "../src/foundation/statistics/minimum-detectable-difference.ts";
import { normalQuantile } from "../src/foundation/statistics/normal-distribution.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign } from "./_coverage-design.ts";

const POWER = 0.8;

/**
 * Comparison of several rows, of which one differs by the minimum detectable difference: how often Holm's adjustment detects it.
 */
function power(rows: number, images: number, discordance: number): CoverageDesign {
  const difference = minimumDetectableDifference(discordance, images, DECISION_LEVEL / rows, POWER) as number;
  const asBefore = connorDifference(discordance, images);
  return {
    name: `comparisons: ${rows} rows of ${images} images, discordance ${discordance}`,
    topic: "comparisons",
    procedure: "the minimum detectable difference is shown; before: Connor's at level 0.05",
    nominal: POWER,
    expectation: "calibrated",
    simulate: (random) => {
      const otherRows = Array.from({ length: rows - 1 }, () => drawP(discordance, 0, images, random));
      const isShown = (of: number) => {
        const [first] = holm([drawP(discordance, of, images, random), ...otherRows]);
        return (first as number) < DECISION_LEVEL;
      };
      return { hit: isShown(difference), before: isShown(asBefore) };
    },
  };
}

/** p of McNemar's exact test on n simulated images. */
function drawP(discordance: number, difference: number, n: number, random: RandomNumbers): number {
  const psi = Math.max(discordance, difference);
  const discordant = binomialAtNormal(random.normal(), n, psi);
  const onlyFirst = binomialAtNormal(random.normal(), discordant, (1 + difference / psi) / 2);
  return mcnemarExact(onlyFirst, discordant - onlyFirst);
}

/** The previous method: R. J. Connor's asymptotic difference at level 0.05, for any number of rows. */
function connorDifference(discordance: number, n: number): number {
  const [zAlpha, zBeta] = [-normalQuantile(0.025), normalQuantile(POWER)];
  const whole = n + zBeta ** 2;
  return (Math.sqrt(discordance) * (zAlpha * Math.sqrt(n) + zBeta * Math.sqrt(whole - zAlpha ** 2))) / whole;
}

export const COMPARISON_DESIGNS: readonly CoverageDesign[] = [
  power(1, 10_000, 0.1),
  power(6, 10_000, 0.1),
  power(9, 640, 0.05),
  power(9, 50_000, 0.1),
  power(45, 1000, 0.3),
];
