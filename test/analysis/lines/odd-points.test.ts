import { describe, expect, it } from "vitest";
import { estimateEffect } from "../../../src/analysis/lines/estimate-effect.ts";
import type { LinePoint } from "../../../src/analysis/lines/line-point.ts";
import { commonLine, groupLines } from "../../../src/analysis/lines/line-terms.ts";
import { testTerms } from "../../../src/analysis/lines/test-terms.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";

const GROUPS = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
const PLACES = [0.1, 0.15, 0.2, 0.25, 0.3, 0.12, 0.17, 0.22, 0.27, 0.32];
const DIFFERENCE = { heights: [-1, 1], slopes: [0] };

function point(x: number, y: number, images = 640): LinePoint {
  return { x, y, xImages: images, yImages: images };
}

function heightDifference(points: readonly LinePoint[]) {
  return estimateEffect(points, groupLines(GROUPS, "parallel"), DIFFERENCE, { scale: "logit" });
}

describe("the engine of lines", () => {
  it.each([
    ["all points at one x", PLACES.map((_, i) => point(0.3, 0.2 + 0.01 * i))],
    ["all points alike", PLACES.map(() => point(0.3, 0.2))],
    ["no image right", PLACES.map(() => point(0, 0))],
    ["every image right", PLACES.map(() => point(1, 1))],
  ])("has no effect of %s, where rounding would give a slope", (_, points) => {
    expect(() => heightDifference(points)).toThrow("x does not vary");
    const test = () =>
      testTerms(points, groupLines(GROUPS, "parallel"), commonLine(points.length), { scale: "logit", replicates: 19 });
    expect(test).toThrow(RangeError);
  });

  it("does not test against a group of points on its line, whose rounding would be its scatter", () => {
    const points = PLACES.map((x, i) => {
      const wave = GROUPS[i] === 0 ? 0 : 0.05 * Math.sin(7 * i);
      return point(x, inverseLogit(0.9 * logit(x) - 0.5 + wave), Number.POSITIVE_INFINITY);
    });
    const options = { scale: "logit", replicates: 19, scatterGroups: GROUPS } as const;
    const test = () => testTerms(points, groupLines(GROUPS, "separate"), groupLines(GROUPS, "parallel"), options);
    expect(test).toThrow("points are exactly on the full model: nothing to test against");
  });

  it("does not depend on the order of the points", () => {
    const points = PLACES.map((x, i) => point(x, inverseLogit(0.9 * logit(x) - 0.5 + 0.05 * Math.sin(7 * i))));
    const order = [7, 2, 9, 0, 4, 1, 8, 3, 6, 5];
    const groups = order.map((i) => GROUPS[i] as number);
    const shuffled = estimateEffect(
      order.map((i) => points[i] as LinePoint),
      groupLines(groups, "parallel"),
      DIFFERENCE,
      { scale: "logit" },
    );
    const effect = heightDifference(points);
    expect(shuffled.estimate).closeTo(effect.estimate, 1e-12);
    expect(shuffled.se).closeTo(effect.se, 1e-12);
  });

  it("accepts one image per accuracy, with wide intervals", () => {
    const effect = heightDifference(PLACES.map((_, i) => point(i % 2, (i >> 1) % 2, 1)));
    expect(effect.high - effect.low).toBeGreaterThan(3);
  });
});
