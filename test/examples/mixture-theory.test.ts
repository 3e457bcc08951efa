import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { root, runProcess } from "../app/cli/run-cli.ts";
import { fixtures, sharedFolder } from "../helpers.ts";

type Point = readonly [robust: number, spurious: number];
type Direction = (share: number, sources?: readonly [Point, Point]) => readonly number[];

/** The exports of examples/mixture-theory/setting.mjs. */
interface Setting {
  readonly AT: number;
  readonly SIGMA: number;
  readonly SHIFTS: Readonly<Record<string, Point>>;
  readonly meanDirection: Direction;
  readonly leastSquaresDirection: Direction;
  readonly lineSlope: (direction: readonly number[], shift: Point, reference?: Point) => number;
  readonly height: (direction: readonly number[], shift: Point, at?: number) => number;
  readonly strengthRatio: (sources: readonly [Point, Point], reference: Point) => number;
  readonly weightOfShare: (share: number, ratio: number) => number;
}

/** Written by make-heights.py, from moments by numpy. */
interface Oracle {
  readonly heights: readonly { shift: string; share: number; mean_classifier: number; least_squares: number }[];
  readonly beyond: readonly { sources: readonly [Point, Point]; outside: boolean }[];
}

const EXAMPLE = join("examples", "mixture-theory");
const oracle: Oracle = JSON.parse(readFileSync(join(fixtures, "mixture-theory", "heights.json"), "utf8"));
const setting = (await import(join(root, EXAMPLE, "setting.mjs"))) as Setting;
/** Tolerance: both are computed in double precision, in a different order. */
const ROUNDING = 1e-12;

const signal = fc.double({ min: 0.1, max: 3, noNaN: true });
const point = fc.tuple(signal, signal);
const anyPoint = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }));

describe("the theory of mixtures", () => {
  const out = sharedFolder();
  let rows: Record<string, string>[] = [];
  const ofTheory = () => rows.filter((row) => row.of === "theory");
  const number = (row: Record<string, string>, column: string) => Number(row[column]);

  beforeAll(async () => {
    const run = await runProcess([process.execPath, join(EXAMPLE, "theory.mjs"), out]);
    expect(run.status, run.stderr).toBe(0);
    rows = parse(readFileSync(join(out, "heights.csv"), "utf8"), { columns: true });
  });

  it("writes the committed tables and figure", () => {
    for (const name of ["classifiers.csv", "heights.csv", "mixture-theory.svg"]) {
      expect(readFileSync(join(out, name), "utf8"), name).toBe(readFileSync(join(root, EXAMPLE, name), "utf8"));
    }
  });

  it("has the heights that follow from the union's moments", () => {
    expect(oracle.heights).toHaveLength(15);
    for (const expected of oracle.heights) {
      const shift = setting.SHIFTS[expected.shift] as Point;
      const heights = [setting.meanDirection, setting.leastSquaresDirection].map((direction) =>
        setting.height(direction(expected.share), shift),
      );
      expect(heights[0]).closeTo(expected.mean_classifier, ROUNDING);
      expect(heights[1]).closeTo(expected.least_squares, ROUNDING);
      const row = ofTheory().find(({ shift, share }) => shift === expected.shift && Number(share) === expected.share);
      expect(Number(row?.mean_classifier)).closeTo(expected.mean_classifier, 1e-8); // eight digits are written
      expect(Number(row?.least_squares)).closeTo(expected.least_squares, 1e-8);
    }
  });

  it("agrees with classifiers trained on drawn pictures, within the intervals of their lines", () => {
    const scatter = ofTheory().filter(({ shift }) => shift !== "both signals fainter");
    // Half the width of a 95 % interval is 2.1 standard errors of 18 degrees of freedom; 5 of them have p = 0.0001
    const distances = scatter.map((row) => {
      const half = (number(row, "high") - number(row, "low")) / 2;
      return Math.abs(number(row, "height") - number(row, "mean_classifier")) / half;
    });
    expect(distances).toHaveLength(10);
    expect(Math.max(...distances)).toBeLessThan(5 / 2.1);
    expect(distances.filter((distance) => distance < 1).length).toBeGreaterThanOrEqual(7);
  });

  it("puts the mean classifier's line between those of the sources, at the weight of its share, on any shift", () => {
    fc.assert(
      fc.property(
        point,
        point,
        point,
        anyPoint,
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (a, b, test, shift, share) => {
          const slope = (q: number) => setting.lineSlope(setting.meanDirection(q, [a, b]), shift, test);
          const weight = setting.weightOfShare(share, setting.strengthRatio([a, b], test));
          const size = 1 + Math.abs(slope(0)) + Math.abs(slope(1));
          expect(slope(share)).closeTo((1 - weight) * slope(0) + weight * slope(1), 1e-10 * size);
          expect(weight).toBeGreaterThan(0);
          expect(weight).toBeLessThan(1);
        },
      ),
      { seed: 20261127, numRuns: 500 },
    );
  });

  it("is linear in the share only if both sources are equally informative for the in-distribution test", () => {
    expect(setting.weightOfShare(0.3, 1)).closeTo(0.3, ROUNDING);
    expect(setting.weightOfShare(0.5, 0.59)).closeTo(0.37, 0.002); // as the README states
    const [none, half, all] = [0, 0.5, 1].map((share) =>
      setting.lineSlope(setting.meanDirection(share), setting.SHIFTS["spurious signal gone"] as Point),
    ) as [number, number, number];
    expect(half - (none + all) / 2).toBeGreaterThan(0.05); // bends towards the first source
  });

  it("has one height for all mixtures if both signals are equally fainter", () => {
    const same = ofTheory().filter(({ shift }) => shift === "both signals fainter");
    expect(same).toHaveLength(5);
    for (const column of ["mean_classifier", "least_squares", "height"]) {
      expect(new Set(same.map((row) => number(row, column).toFixed(6))).size, column).toBe(1);
    }
  });

  it("puts least squares above both sources exactly if a source has the stronger signal in the weaker's direction", () => {
    for (const { sources, outside } of oracle.beyond) {
      const [first, second] = sources;
      const heights = Array.from({ length: 1001 }, (_, i) =>
        setting.height(setting.leastSquaresDirection(i / 1000, sources), [1, 0]),
      );
      const ends = [heights[0], heights[1000]] as number[];
      expect(Math.max(...heights) > Math.max(...ends) + ROUNDING).toBe(outside);
      const ahead = (second[0] - first[0]) * first[0] + (second[1] - first[1]) * first[1];
      expect(ahead > setting.SIGMA ** 2).toBe(outside);
    }
  });

  it("is compared with EmojiShift's heights, five per style, each inside its interval", () => {
    const measured = rows.filter((row) => row.of === "EmojiShift");
    expect(measured).toHaveLength(15);
    for (const shift of ["Noto", "EmojiOne", "average of five shifts"]) {
      expect(measured.filter((row) => row.shift === shift).map((row) => row.share)).toEqual([
        "0",
        "0.25",
        "0.5",
        "0.75",
        "1",
      ]);
    }
    for (const row of measured) {
      expect(number(row, "height")).toBeGreaterThan(number(row, "low"));
      expect(number(row, "height")).toBeLessThan(number(row, "high"));
    }
  });
});
