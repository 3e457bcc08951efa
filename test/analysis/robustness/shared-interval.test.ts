import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FitScale } from "../../../src/analysis/lines/fit-scale.ts";
import { effectiveImages } from "../../../src/analysis/lines/shared-noise.ts";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { normalQuantile } from "../../../src/foundation/statistics/normal-distribution.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { outcomesOf } from "../lines/outcomes-of.ts";

const IMAGES = 640;
const BASELINE = Array.from({ length: 9 }, (_, i) => 0.55 + 0.025 * i);

/** Models on one draw of images whose difficulties they share to the degree `shared`; the last one is tested. */
function drawWorld(seed: number, shared: number, name: (model: number) => string = () => "the same"): ModelPoint[] {
  const random = createRandomNumbers(seed);
  const x = [...BASELINE, 0.65];
  const line = (accuracy: number) => inverseLogit(0.9 * logit(accuracy) - 0.6);
  const y = x.map((accuracy, i) =>
    i === 9 ? line(accuracy) + 0.05 : inverseLogit(logit(line(accuracy)) + 0.05 * random.normal()),
  );
  const outcomes = (accuracies: readonly number[]) => {
    const difficulty = Array.from({ length: IMAGES }, () => Math.sqrt(shared) * random.normal());
    return accuracies.map((accuracy, i) => {
      const cut = normalQuantile(accuracy);
      const right = difficulty.map((hard) => hard + Math.sqrt(1 - shared) * random.normal() < cut);
      return outcomesOf(right, { images: name(i) });
    });
  };
  const [ofX, ofY] = [outcomes(x), outcomes(y)];
  return x.map((_, i) => {
    const [a, b] = [ofX[i] as (typeof ofX)[0], ofY[i] as (typeof ofY)[0]];
    return {
      ...{ model: `m${i}`, idAccuracy: a.correct / IMAGES, accuracy: b.correct / IMAGES },
      ...{ idImages: IMAGES, images: IMAGES, outcomes: { x: [a], y: [b] } },
    };
  });
}

function withoutOutcomes({ outcomes: _, ...point }: ModelPoint): ModelPoint {
  return point;
}

function last(points: readonly ModelPoint[]) {
  const [row] = effectiveRobustness(fitBaseline(points.slice(0, -1)), points.slice(-1));
  if (row?.low == null || row.high == null) throw new Error("a model with images has an interval");
  return { low: row.low, high: row.high, noise: row.noise, effectiveRobustness: row.effectiveRobustness };
}

describe("the interval of effective robustness where the line's models saw the same images", () => {
  it("has nominal coverage, and is shorter than that of independent images, which covers too often", () => {
    const runs = 200;
    const [known, unknown] = [
      { covered: 0, width: 0 },
      { covered: 0, width: 0 },
    ];
    for (let seed = 1; seed <= runs; seed++) {
      const points = drawWorld(seed, 0.5);
      for (const [tally, row] of [
        [known, last(points)],
        [unknown, last(points.map(withoutOutcomes))],
      ] as const) {
        if (row.low <= 0.05 && 0.05 <= row.high) tally.covered++;
        tally.width += row.high - row.low;
      }
    }
    // 2,000 runs cover 95.0 and 97.9 %; 200 have a standard error of 1.6
    expect(known.covered / runs).toBeGreaterThan(0.9);
    expect(known.covered / runs).toBeLessThan(0.98);
    expect(unknown.covered).toBeGreaterThanOrEqual(known.covered);
    expect(known.width / unknown.width).closeTo(0.81, 0.03);
  });

  it("is near that of independent images where each model saw other images", () => {
    const [low, high] = [
      { known: 0, unknown: 0 },
      { known: 0, unknown: 0 },
    ];
    for (let seed = 1; seed <= 40; seed++) {
      const points = drawWorld(seed, 0, (model) => `images of ${model}`);
      const [known, unknown] = [last(points), last(points.map(withoutOutcomes))];
      low.known += known.low;
      low.unknown += unknown.low;
      high.known += known.high;
      high.unknown += unknown.high;
    }
    expect((high.known - low.known) / (high.unknown - low.unknown)).closeTo(1, 0.04);
  });

  it("reports how it treats the noise: independent if one model's images are not known", () => {
    const points = drawWorld(1, 0.5);
    expect(last(points).noise).toBe("shared-images");
    const partly = points.map((point, i) => (i === 3 ? withoutOutcomes(point) : point));
    expect(last(partly)).toEqual({ ...last(points.map(withoutOutcomes)), noise: "independent" });
  });

  it("leaves the estimate as it is", () => {
    const points = drawWorld(2, 0.5);
    expect(last(points).effectiveRobustness).toBe(last(points.map(withoutOutcomes)).effectiveRobustness);
  });

  it("is an interval or null for any small number of images", () => {
    const column = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(column, column), { minLength: 4, maxLength: 7 }),
        fc.constantFrom("logit", "probit", "linear") as fc.Arbitrary<FitScale>,
        fc.boolean(),
        (models, scale, isClustered) => {
          const options = isClustered ? { cluster: Array.from({ length: 30 }, (_, i) => i % 10) } : {};
          const points = models.map(([x, y], i): ModelPoint => {
            const [a, b] = [outcomesOf(x, { ...options, images: "x" }), outcomesOf(y, { ...options, images: "y" })];
            const worth = { idImages: effectiveImages(a), images: effectiveImages(b) };
            return {
              ...{ model: `m${i}`, idAccuracy: a.correct / 30, accuracy: b.correct / 30, ...worth },
              outcomes: { x: [a], y: [b] },
            };
          });
          const [tested, ...rest] = points as [ModelPoint, ...ModelPoint[]];
          fc.pre(new Set(rest.map(({ idAccuracy }) => idAccuracy)).size > 1);
          fc.pre(
            points.every(({ idAccuracy, accuracy }) => ![0, 1].includes(idAccuracy) && ![0, 1].includes(accuracy)),
          );
          const [row] = effectiveRobustness(fitBaseline(rest, { scale }), [tested]);
          if (row?.low == null || row.high == null) return;
          expect(row.noise).toBe(isClustered ? "shared-clusters" : "shared-images");
          expect(Number.isFinite(row.low) && Number.isFinite(row.high) && row.low <= row.high).toBe(true);
        },
      ),
    );
  });
});
