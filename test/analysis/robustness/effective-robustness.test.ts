import { describe, expect, it } from "vitest";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { relativeRobustness } from "../../../src/analysis/robustness/relative-robustness.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { DELTA, expectedValues } from "./expected.ts";

const line: ModelPoint[] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75].map((x, i) => ({
  model: `m${i}`,
  idAccuracy: x,
  accuracy: x - 0.1 + 0.005 * (-1) ** i,
}));

describe("effective robustness", () => {
  it("of every zoo model against the nine OpenAI models equals numpy's, with its interval", async () => {
    const zoo = await readBaseline("openclip");
    const { rows } = studyRobustness(zoo.rows, await readBaseline("openai-clip"));
    let compared = 0;
    let predicted = 0;
    for (const row of rows) {
      const expected = expectedValues.zoo[row.benchmark]?.[row.checkpoint];
      if (expected === undefined) continue; // the mean of the shifts, below
      const measured = [row.expectedAccuracy, row.effectiveRobustness, row.low, row.high];
      for (const [i, value] of measured.entries()) {
        expect(value, `${row.checkpoint} ${row.benchmark} ${i}`).closeTo(expected[i] as number, DELTA);
      }
      const [low, high, p] = expected.slice(4);
      if (low !== undefined && high !== undefined && p !== undefined) {
        // Two grids of the scatter's posterior, and a series for large counts; measured 4e-5 and, of p, 1.2e-3
        expect(row.predictionLow, `${row.checkpoint} ${row.benchmark}`).closeTo(low, 1e-4);
        expect(row.predictionHigh, `${row.checkpoint} ${row.benchmark}`).closeTo(high, 1e-4);
        expect(row.predictionP, `${row.checkpoint} ${row.benchmark} p`).closeTo(p, 2e-3);
        predicted++;
      }
      compared++;
    }
    expect(compared).toBe(118 * 6);
    expect(predicted).toBe(15 * 6);
    const means = rows.filter((row) => row.benchmark === "mean-of-shifts");
    expect(means).toHaveLength(118);
    for (const row of means) {
      const shifts = Object.entries(expectedValues.zoo).filter(([shift]) => shift !== "average");
      const sum = shifts.reduce((total, [, models]) => total + (models[row.checkpoint]?.[1] as number), 0);
      expect(row.effectiveRobustness, row.checkpoint).closeTo(sum / 5, DELTA);
      expect([row.low, row.high, row.predictionLow, row.predictionHigh]).toEqual([null, null, null, null]);
    }
  });

  it("flags points outside the baseline's accuracies, with the distance", () => {
    const fit = fitBaseline(line);
    const [below, inside, above] = effectiveRobustness(fit, [
      { model: "below", idAccuracy: 0.4, accuracy: 0.3 },
      { model: "inside", idAccuracy: 0.75, accuracy: 0.6 },
      { model: "above", idAccuracy: 0.8, accuracy: 0.7 },
    ]);
    expect([below?.extrapolated, inside?.extrapolated, above?.extrapolated]).toEqual([true, false, true]);
    expect(below?.outsideBy).closeTo(0.1, 1e-12);
    expect(inside?.outsideBy).toBe(0);
    expect(above?.outsideBy).closeTo(0.05, 1e-12);
  });

  it("has no interval where so few images leave its x open to 0", () => {
    const point = { model: "a", idAccuracy: 1e-18, idImages: 1, accuracy: 0.5, images: 10 };
    const [row] = effectiveRobustness(fitBaseline(line), [point]);
    expect([row?.low, row?.high]).toEqual([null, null]);
  });

  it("has no interval if the number of images is unknown, but the baseline's scatter", () => {
    const [row] = effectiveRobustness(fitBaseline(line), [{ model: "a", idAccuracy: 0.6, accuracy: 0.6, images: 100 }]);
    expect([row?.low, row?.high]).toEqual([null, null]);
    expect(row?.predictionLow).toBeLessThan(row?.expectedAccuracy as number);
    expect(row?.predictionHigh).toBeGreaterThan(row?.expectedAccuracy as number);
  });

  it("takes an accuracy of exactly 0 or 1 under the shift, and refuses one in distribution", () => {
    const fit = fitBaseline(line);
    const [none] = effectiveRobustness(fit, [{ model: "a", idAccuracy: 0.6, accuracy: 0, idImages: 10, images: 10 }]);
    expect(none?.effectiveRobustness).toBe(-(none?.expectedAccuracy as number));
    expect(none?.low).toBeGreaterThanOrEqual(-1);
    expect(() => effectiveRobustness(fit, [{ model: "a", idAccuracy: 1, accuracy: 0.5 }])).toThrow(
      /logit of 1 is infinite/,
    );
    expect(() => effectiveRobustness(fit, [{ model: "a", idAccuracy: 60, accuracy: 0.5 }])).toThrow(
      /a: expected accuracies/,
    );
  });

  it("has a wider interval with fewer images, never crossing its own value", () => {
    const fit = fitBaseline(line);
    const at = (images: number) =>
      effectiveRobustness(fit, [{ model: "a", idAccuracy: 0.6, accuracy: 0.6, idImages: images, images }])[0];
    const widths = [100, 1000, 10_000].map((n) => (at(n)?.high as number) - (at(n)?.low as number));
    expect(widths[0]).toBeGreaterThan(widths[1] as number);
    expect(widths[1]).toBeGreaterThan(widths[2] as number);
    expect(at(100)?.low).toBeLessThan(at(100)?.effectiveRobustness as number);
  });
});

describe("relative robustness", () => {
  it("is the gain under the shift over a reference, with the gain in distribution", () => {
    const a = { model: "a", idAccuracy: 0.7, accuracy: 0.6, images: 1000 };
    const b = { model: "b", idAccuracy: 0.65, accuracy: 0.5, images: 1000 };
    const gain = relativeRobustness(a, b);
    expect(gain.relativeRobustness).closeTo(0.1, 1e-12);
    expect(gain.idDifference).closeTo(0.05, 1e-12);
    expect(relativeRobustness(a, { ...b, images: null })).toMatchObject({ low: null, high: null });
    expect(() => relativeRobustness(a, a)).toThrow(/its own reference/);
  });

  it("has Newcombe's interval of a difference of two accuracies on different images", () => {
    for (const [k, m, n, low, high] of expectedValues.differences) {
      const point = (model: string, correct: number) => ({ model, idAccuracy: 0.5, accuracy: correct / n, images: n });
      const gain = relativeRobustness(point("a", k), point("b", m));
      expect(gain.low).closeTo(low, 1e-12);
      expect(gain.high).closeTo(high, 1e-12);
    }
  });
});
