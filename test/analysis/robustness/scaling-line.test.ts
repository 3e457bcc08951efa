import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/analysis/lines/estimate-effect.ts";
import type { LinePoint } from "../../../src/analysis/lines/line-point.ts";
import { columnInflation } from "../../../src/analysis/robustness/column-inflation.ts";
import { analyzeScalingLine, type ColumnEffect } from "../../../src/analysis/robustness/scaling-line.ts";
import { binomialAtNormal } from "../../../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { type ExpectedEffect, exactPoints, expectedTerms } from "./terms-oracle.ts";

const OPTIONS = { scale: "logit", replicates: 99 } as const;
/** Normal equations in other orders of summation: measured 1e-13 at most. */
const DELTA = 1e-9;

function expectEffect(effect: Effect, expected: ExpectedEffect): void {
  for (const field of ["estimate", "se", "low", "high"] as const)
    expect(effect[field], field).closeTo(expected[field], DELTA);
  expect(effect.degreesOfFreedom).toBe(expected.df);
}

describe("scaling without errors in x", () => {
  const expected = expectedTerms.scaling;
  const groups = expected.group.map(String);

  it("has the effects along and above the line, the tests and the inflation of least squares", () => {
    const line = analyzeScalingLine(exactPoints(expected), ["samples", "steps"], expected.values, groups, OPTIONS);
    expect(line.slopes?.statistic).closeTo(expected.slopes.f, DELTA);
    expect(line.slopes?.quickP).closeTo(expected.slopes.p, DELTA);
    expect(line.slopesDiffer).toBe(false);
    line.effects.forEach(({ along, above, inflation }, c) => {
      expectEffect(along, expected.along[c] as ExpectedEffect);
      expectEffect(above, expected.above[c] as ExpectedEffect);
      expect(inflation).closeTo(expected.inflation, DELTA);
    });
    expect(line.correlations[0]?.[1]).closeTo(expected.correlation, DELTA);
    expect(line.together?.statistic).closeTo(expected.together.f, DELTA * (1 + expected.together.f));
    expect(line.together?.p).closeTo(expected.together.p, DELTA);
  });

  it("does not change where a constant is added to a column, and by the factor where it is multiplied", () => {
    const points = exactPoints(expected);
    const analyze = (change: (value: number) => number) =>
      analyzeScalingLine(
        points,
        ["samples"],
        expected.values.map(([samples]) => [change(samples as number)]),
        groups,
        OPTIONS,
      ).effects[0]?.above as ColumnEffect;
    const plain = analyze((value) => value);
    expect(analyze((value) => value + 1e6).estimate).closeTo(plain.estimate, 1e-6); // a millionth of the digits is lost
    expect(analyze((value) => 3 * value).estimate).closeTo(plain.estimate / 3, DELTA);
    expect(analyze((value) => 3 * value).p).closeTo(plain.p, DELTA);
  });

  it("accepts a group of one checkpoint, which does not influence slopes or effects", () => {
    const [points, single] = [exactPoints(expected), { x: 0.3, y: 0.9, xImages: 1e5, yImages: 1e5 }];
    const columns = ["samples", "steps"];
    const values = [...expected.values, [2, 5]];
    const line = analyzeScalingLine([...points, single], columns, values, [...groups, "single"], OPTIONS);
    expect([line.slopes?.df1, line.slopes?.df2]).toEqual([expected.slopes.df1, expected.slopes.df2]);
    expect(line.slopes?.statistic).closeTo(expected.slopes.f, DELTA);
    line.effects.forEach(({ above }, c) => {
      expectEffect(above, expected.above[c] as ExpectedEffect);
    });
  });

  it("refuses columns that are collinear or constant within groups, and too few checkpoints", () => {
    const points = exactPoints(expected);
    const analyze = (columns: readonly string[], values: readonly (readonly number[])[], n = points.length) =>
      analyzeScalingLine(points.slice(0, n), columns, values.slice(0, n), groups.slice(0, n), OPTIONS);
    const twice = expected.values.map(([samples], i) => [
      samples as number,
      2 * (samples as number) + (expected.group[i] as number),
    ]);
    expect(() => analyze(["samples", "steps"], twice)).toThrow(
      /samples is determined by steps within groups, so their effects cannot be separated/,
    );
    const rounded = expected.values.map(([samples]) => [samples as number, Math.round(1e5 * (samples as number))]);
    expect(() => analyze(["samples", "steps"], rounded)).toThrow(/is determined by/);
    expect(() =>
      analyze(
        ["samples"],
        expected.group.map((group) => [group]),
      ),
    ).toThrow(/samples does not vary within groups/);
    expect(() =>
      analyze(
        ["samples"],
        expected.values.map(([samples]) => [samples as number]),
        4,
      ),
    ).toThrow(/1 columns and 1 groups need 5 checkpoints, got 4/);
  });
});

describe("the inflation of columns", () => {
  it("is 1 of orthogonal columns, 1 / (1 − r²) of two, infinite of dependent ones", () => {
    const unitColumns = [[1, 1, 1, 1]];
    expect(
      columnInflation(
        [
          [1, 2, 1, 2],
          [1, 1, 2, 2],
        ],
        unitColumns,
      ),
    ).toEqual({
      correlations: [
        [1, expect.closeTo(0, 12)],
        [expect.closeTo(0, 12), 1],
      ],
      inflation: [expect.closeTo(1, 12), expect.closeTo(1, 12)],
    });
    const { correlations, inflation } = columnInflation(
      [
        [1, 2, 3, 4],
        [1, 2, 3, 5],
      ],
      unitColumns,
    );
    const r = correlations[0]?.[1] as number;
    expect(inflation[0]).closeTo(1 / (1 - r * r), 1e-9);
    expect(
      columnInflation(
        [
          [1, 2, 3, 4],
          [2, 4, 6, 8],
        ],
        unitColumns,
      ).inflation,
    ).toEqual([Infinity, Infinity]);
    expect(columnInflation([[5, 5, 5, 5]], unitColumns)).toEqual({ correlations: [[NaN]], inflation: [Infinity] });
  });
});

/** Six groups at four sizes, two checkpoints of each, whose size moves them along the line only. */
function drawScaling(seed: number, images: number): { points: LinePoint[]; values: number[][]; groups: string[] } {
  const random = createRandomNumbers(seed);
  const places = [0, 1, 2, 3, 4, 5].flatMap((group) => [0, 0, 2, 2, 4, 4, 6, 6].map((size) => ({ group, size })));
  const points = places.map(({ group, size }) => {
    const xi = logit(0.1) + 0.15 * size + 0.2 * random.normal();
    const eta = -0.5 + 0.1 * group + 0.95 * xi + 0.08 * random.normal();
    const measured = (value: number) => binomialAtNormal(random.normal(), images, inverseLogit(value)) / images;
    return { x: measured(xi), y: measured(eta), xImages: images, yImages: images };
  });
  return { points, values: places.map(({ size }) => [size]), groups: places.map(({ group }) => String(group)) };
}

describe("scaling with 640 images on both axes", () => {
  it("finds no effect above the line where there is none, which least squares does", () => {
    const runs = 100;
    const counts = { now: 0, naive: 0 };
    let [bias, naiveBias] = [0, 0];
    for (let seed = 0; seed < runs; seed++) {
      const { points, values, groups } = drawScaling(seed, 640);
      const options = { scale: "logit", replicates: 1 } as const;
      const [now] = analyzeScalingLine(points, ["size"], values, groups, options).effects;
      const exact = points.map((point) => ({
        ...point,
        x: Math.max(point.x, 1 / 1280),
        xImages: Number.POSITIVE_INFINITY,
      }));
      const [naive] = analyzeScalingLine(exact, ["size"], values, groups, options).effects;
      if ((now?.above.p as number) < 0.05) counts.now++;
      if ((naive?.above.p as number) < 0.05) counts.naive++;
      bias += (now?.above.estimate as number) / runs;
      naiveBias += (naive?.above.estimate as number) / runs;
    }
    // Of 100 data sets 5 % and 3 standard errors are 12
    expect(counts.now).toBeLessThanOrEqual(12);
    expect(counts.naive).toBeGreaterThan(20);
    expect(Math.abs(bias)).toBeLessThan(naiveBias / 3);
  });
});
