import { mean } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { seededRandom } from "../../seeded-random.ts";
import { measureCoverage, type World } from "./coverage-simulation.ts";

/**
 * Runs of each world. 40 by default, 600 for each number of models (a standard error of 0.9 points); each world by itself, and printed, by
 * `SHIFTLINE_COVERAGE_RUNS=1500 npx vitest run test/analysis/robustness/coverage.test.ts` (a standard error of 0.56 points; minutes).
 */
const DEFAULT_RUNS = 40;
const RUNS = Number(process.env.SHIFTLINE_COVERAGE_RUNS ?? DEFAULT_RUNS);

/** Lines like those of the nine OpenAI models: slope, intercept, residual sd and images of the set. */
const SHIFTS = [
  { shift: "imagenet-v2", slope: 0.97, intercept: -0.27, scatter: 0.02, images: 10_000 },
  { shift: "imagenet-r", slope: 1.99, intercept: -0.31, scatter: 0.07, images: 30_000 },
  { shift: "imagenet-a", slope: 3.05, intercept: -2.4, scatter: 0.076, images: 7500 },
];
const PLACES = [
  { place: "inside the x range", at: 0.68, above: 0.03 },
  { place: "on the line, inside", at: 0.62, above: 0 },
  { place: "above the x range", at: 0.82, above: -0.04 },
  { place: "below the x range", at: 0.52, above: 0.05 },
  { place: "far below the x range", at: 0.4, above: 0.1 },
];
const WORLDS = SHIFTS.flatMap(({ shift, ...line }) =>
  PLACES.map(({ place, ...where }) => ({ shift, place, ...line, ...where })),
);

describe("coverage of the intervals where the truth is known", () => {
  it.each([9, 20, 85])(
    "is 93 to 97 %% of %i models",
    (models) => {
      const measured = WORLDS.map(({ shift, place, ...line }) => {
        const world: World = { ...line, models, range: [0.598, 0.766], idImages: 50_000 };
        const seed = models * 1000 + line.images + Math.round(100 * line.at);
        const { interval, prediction } = measureCoverage(world, RUNS, seededRandom(seed));
        if (RUNS > DEFAULT_RUNS) console.log(`${models}\t${shift}\t${place}\t${interval}\t${prediction}`);
        return [interval, prediction];
      });
      const means = [0, 1].map((which) => mean(measured.map((world) => world[which] as number)));
      for (const coverage of RUNS > DEFAULT_RUNS ? measured.flat() : means) {
        expect(coverage).toBeGreaterThanOrEqual(0.93);
        expect(coverage).toBeLessThanOrEqual(0.975);
      }
    },
    600_000,
  );
});

describe("coverage of the Clopper-Pearson interval", () => {
  it.each([10, 123, 1000])(
    "is at least 95 %% at every accuracy, %i images (exact: every count weighed, none drawn)",
    (n) => {
      const intervals = Array.from({ length: n + 1 }, (_, k) => binomialInterval(k, n));
      for (let percent = 1; percent <= 99; percent++) {
        const p = percent / 100;
        let covered = 0;
        let logChance = n * Math.log1p(-p); // of no success
        intervals.forEach(({ low, high }, k) => {
          if (low <= p && p <= high) covered += Math.exp(logChance);
          logChance += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
        });
        expect(covered, `accuracy ${p}`).toBeGreaterThanOrEqual(0.95);
        expect(covered, `accuracy ${p}`).toBeLessThanOrEqual(1 + 1e-9);
      }
    },
  );
});
