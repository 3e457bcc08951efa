import { describe, expect, it } from "vitest";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { predictAt } from "../../../src/analysis/robustness/prediction.ts";
import { binomialUpperTail } from "../../../src/foundation/statistics/binomial-tail.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { mixtureCdf } from "../../../src/foundation/statistics/normal-mixture.ts";
import { studentTQuantile } from "../../../src/foundation/statistics/student-t.ts";
import { countLowerTail, countUpperTail } from "../../../src/foundation/statistics/uncertain-count.ts";
import { seededRandom } from "../../seeded-random.ts";

/** The two tails at k by the other order: over the logit, of the exact binomial tails. */
function tailsByLogit(k: number, n: number, mean: number, sd: number): [number, number] {
  let [lower, upper, total] = [0, 0, 0];
  for (let z = -8; z <= 8; z += 0.01) {
    const p = inverseLogit(mean + sd * z);
    const density = Math.exp(-0.5 * z * z);
    total += density;
    upper += density * binomialUpperTail(k, n, p);
    lower += density * binomialUpperTail(n - k, n, 1 - p);
  }
  return [lower / total, upper / total];
}

describe("tails of a count whose logit is normal", () => {
  it.each([
    [0, 1500, -6.2, 0.3],
    [3, 1500, -6.2, 0.05],
    [640, 640, 5.8, 0.4],
    [9, 10, 1, 2],
    [200, 640, -0.9, 0.02],
    [120, 640, -0.9, 0.3],
    [6000, 10_000, 0.4, 0.1],
    [160, 7500, -4, 0.1],
  ])("at %i of %i images, mean logit %d and scatter %d are those of the binomial over the logit", (k, n, mean, sd) => {
    const mixture = {
      weights: Float64Array.of(0.5, 0.5),
      means: Float64Array.of(mean, mean),
      sds: Float64Array.of(sd, sd),
    };
    const mirrored = { ...mixture, means: Float64Array.of(-mean, -mean) };
    const count = {
      n,
      below: (u: number) => mixtureCdf(mixture, u),
      above: (u: number) => mixtureCdf(mirrored, -u),
      resolution: sd,
    };
    const [lower, upper] = tailsByLogit(k, n, mean, sd);
    expect(countLowerTail(k, { ...count, logits: null })).closeTo(lower, 2e-5);
    expect(countUpperTail(k, { ...count, logits: null })).closeTo(upper, 2e-5);
    // Large counts by Edgeworth's series: 150 of a kind at the least
    expect(countLowerTail(k, { ...count, logits: mixture })).closeTo(lower, 2e-4);
    expect(countUpperTail(k, { ...count, logits: mixture })).closeTo(upper, 2e-4);
  });
});

const NORMAL = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function models(images: number | null, middle = 0.3): ModelPoint[] {
  const random = seededRandom(5);
  return Array.from({ length: 9 }, (_, i) => {
    const idAccuracy = 0.4 + 0.04 * i;
    const accuracy = inverseLogit(logit(middle) + 1.2 * logit(idAccuracy) + 0.1 * NORMAL(random));
    return { model: `${i}`, idAccuracy, accuracy, images, idImages: images };
  });
}

describe("the prediction of one more model", () => {
  it("is Student's t of the line where images are many, or not known", () => {
    const known = predictAt(fitBaseline(models(1e9)), 0.5, { images: 1e9, idImages: 1e9 });
    const unknown = predictAt(fitBaseline(models(null)), 0.5, { images: null, idImages: null });
    const fit = fitBaseline(models(null));
    const se = (fit.residualSd as number) * Math.sqrt(1 + 1 / 9 + (0 - fit.xMean) ** 2 / fit.xSumOfSquares);
    const half = -studentTQuantile(0.025, 7) * se;
    expect(unknown.interval.low).closeTo(inverseLogit(fit.intercept - half), 1e-12);
    expect(unknown.interval.high).closeTo(inverseLogit(fit.intercept + half), 1e-12);
    // The scatter's posterior is integrated on a grid
    expect(known.interval.low).closeTo(unknown.interval.low, 2e-5);
    expect(known.interval.high).closeTo(unknown.interval.high, 2e-5);
    for (const accuracy of [0.1, 0.25, 0.5])
      expect((known.p(accuracy) as number) / (unknown.p(accuracy) as number)).closeTo(1, 1e-3);
  });

  it("ends where its probability is 0.05, and reaches 0 and 1 where few images are right or wrong", () => {
    for (const line of ["least-squares", "binomial"] as const) {
      const fit = fitBaseline(models(500), { line });
      const { interval, p } = predictAt(fit, 0.5, { images: 400, idImages: 500 });
      expect(p(interval.low)).closeTo(0.05, 1e-6);
      expect(p(interval.high)).closeTo(0.05, 1e-6);
      expect(p(interval.low - 0.01)).toBeLessThan(0.05);
      expect(p((interval.low + interval.high) / 2)).toBeGreaterThan(0.5);
      const rare = fitBaseline(models(5000, 0.002), { line });
      const few = predictAt(rare, 0.5, { images: 100, idImages: 5000 });
      expect(few.interval.low).toBe(0);
      expect(few.p(0)).toBeGreaterThan(0.05);
      expect(few.p(0.1)).toBeLessThan(0.05);
      const common = fitBaseline(models(5000, 0.998), { line });
      expect(predictAt(common, 0.5, { images: 100, idImages: 5000 }).interval.high).toBe(1);
    }
  });

  it("ends there too where a straight line leads beyond 0 or 1, and at any other probability", () => {
    const random = seededRandom(8);
    const straight = Array.from({ length: 9 }, (_, i) => {
      const idAccuracy = 0.3 + 0.05 * i;
      return {
        model: `${i}`,
        idAccuracy,
        accuracy: 1.25 * idAccuracy + 0.02 * NORMAL(random),
        images: 2000,
        idImages: 2000,
      };
    });
    const mirrored = straight.map((point) => ({ ...point, accuracy: 1 - point.accuracy }));
    const on = { images: 2000, idImages: 2000 };
    const beyond = predictAt(fitBaseline(straight, { scale: "linear" }), 0.81, on);
    const below = predictAt(fitBaseline(mirrored, { scale: "linear" }), 0.81, on);
    expect(beyond.interval.low).toBeLessThan(0.99);
    expect([beyond.interval.high, below.interval.low]).toEqual([1, 0]);
    expect(beyond.interval.low).closeTo(1 - below.interval.high, 1e-6);
    for (const level of [0.05, 0.05 / 40, 0.05 / 5000]) {
      expect((beyond.p(beyond.endsAt(level).low as number) as number) / level).closeTo(1, 1e-4);
      expect(beyond.endsAt(level).high).toBeNull();
      for (const line of ["least-squares", "binomial"] as const) {
        const { endsAt, p } = predictAt(fitBaseline(models(500), { line }), 0.5, { images: 400, idImages: 500 });
        const { low, high } = endsAt(level);
        for (const end of [low, high]) expect((p(end as number) as number) / level).closeTo(1, 1e-4);
      }
    }
  });
});
