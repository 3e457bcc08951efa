import { describe, expect, it } from "vitest";
import { analysisOfCovariance } from "../../../src/foundation/statistics/analysis-of-covariance.ts";
import { expectedValues } from "../../analysis/robustness/expected.ts";

describe("analysis of covariance", () => {
  it("gives numpy's and scipy's F tests for three groups of published models", () => {
    const { groups, ...tests } = expectedValues.covariance;
    const result = analysisOfCovariance(groups.map(([, x, y]) => ({ x, y })));
    for (const name of ["slopes", "intercepts", "lines"] as const) {
      expect(result[name].f, name).closeTo(tests[name].f, 1e-9 * tests[name].f);
      expect([result[name].df1, result[name].df2]).toEqual([tests[name].df1, tests[name].df2]);
      expect(result[name].p, name).closeTo(tests[name].p, 1e-7 * tests[name].p);
    }
  });

  it("refuses one group, too few points, equal x and points without scatter", () => {
    const line = { x: [0, 1, 2], y: [0, 1, 2] };
    const scattered = { x: [0, 1, 2, 3], y: [0, 1, 1, 2] };
    expect(() => analysisOfCovariance([scattered])).toThrow(/at least two groups, got 1/);
    expect(() => analysisOfCovariance([scattered, { x: [1], y: [1] }])).toThrow(/at least two points, got 1/);
    expect(() => analysisOfCovariance([scattered, { x: [1, 1], y: [1, 2] }])).toThrow(/different x/);
    expect(() => analysisOfCovariance([scattered, { x: [1, 2], y: [1, Number.NaN] }])).toThrow(/finite/);
    expect(() => analysisOfCovariance([line, { x: [0, 1], y: [1, 3] }])).toThrow(/no residual variance/);
    expect(() =>
      analysisOfCovariance([
        { x: [0, 1], y: [0, 1] },
        { x: [0, 1], y: [1, 3] },
      ]),
    ).toThrow(/more than 4 points/);
  });
});
