import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { predictAt } from "../../../src/analysis/robustness/prediction.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";

describe("a prediction interval", () => {
  it("reaches 0 or 1 exactly where the count there has a p of 0.05 or more, computed in either way", () => {
    const reached = { low: 0, high: 0, neither: 0 };
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1e6),
          models: fc.integer({ min: 3, max: 12 }),
          middle: fc.double({ min: -7, max: 7, noNaN: true }),
          scatter: fc.constantFrom(0, 0.05, 0.5, 3),
          idImages: fc.constantFrom(50, 640, 50_000),
          baselineImages: fc.constantFrom(100, 640, 10_000),
          // 300 and more are asked at a large count first
          images: fc.constantFrom(1, 20, 150, 299, 300, 301, 640, 5000, 50_000),
          scale: fc.constantFrom("logit" as const, "probit" as const, "linear" as const),
          at: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        }),
        ({ seed, models, middle, scatter, idImages, baselineImages, images, scale, at }) => {
          const random = createRandomNumbers(seed);
          const points = Array.from({ length: models }, (_, i) => {
            const idAccuracy = 0.3 + (0.5 * i) / models;
            const eta = middle + 1.2 * logit(idAccuracy) + scatter * random.normal();
            const accuracy = (Math.round(inverseLogit(eta) * baselineImages) + 0.5) / (baselineImages + 1);
            return { model: `${i}`, idAccuracy, accuracy, idImages, images: baselineImages };
          });
          const { interval, p } = predictAt(fitBaseline(points, { scale }), at, { images, idImages });
          const [none, all] = [p(0), p(1)];
          if (none === null || all === null) return; // on a line without scatter
          expect(interval.low === 0).toBe(none >= 0.05);
          expect(interval.high === 1).toBe(all >= 0.05);
          expect(interval.low).toBeLessThanOrEqual(interval.high);
          reached[interval.low === 0 ? "low" : interval.high === 1 ? "high" : "neither"]++;
        },
      ),
      { seed: 19, numRuns: 300 },
    );
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(20);
  });
});
