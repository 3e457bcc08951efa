import { describe, expect, it } from "vitest";
import { type CoverageCount, isWithinBounds } from "../../bench/_coverage-design.ts";
import { COVERAGE_DESIGNS } from "../../bench/_coverage-designs.ts";
import { countHits } from "../../bench/_coverage-run.ts";
import { readMeasured } from "../../bench/_measured.ts";

const measured = readMeasured<{ readonly designs: readonly CoverageCount[] }>("coverage")?.designs ?? [];

/** Designs tried here, on few data sets: hits of a hundred, and of the method before. */
const TRIED: readonly (readonly [string, readonly [number, number]])[] = [
  ["groups: slopes: EmojiShift, unequal scatter", [0, 13]],
  ["groups: heights: 3 × 4 points, scatter 1 to 8", [0, 13]],
  ["groups: slope difference: 2 × 4 points, scatter 1 to 5", [87, 100]],
];

describe("coverage in simulated data", () => {
  it("has designs of different names, and what is measured is of them", () => {
    const names = COVERAGE_DESIGNS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(measured.map(({ name }) => name)));
  });

  it("is measured on at least 2,000 data sets of a design, and within its bounds", () => {
    expect(measured.length).toBeGreaterThan(0);
    expect(measured.filter(({ repetitions }) => repetitions < 2000)).toEqual([]);
    expect(measured.filter((count) => !isWithinBounds(count)).map(({ name }) => name)).toEqual([]);
  });

  it.each(TRIED)("stays near its level: %s", (name, [low, high]) => {
    const design = COVERAGE_DESIGNS.find((candidate) => candidate.name === name);
    if (design === undefined) throw new Error(`no design ${name}`);
    const { hits } = countHits(design, 0, 100, 39);
    expect(hits).toBeGreaterThanOrEqual(low);
    expect(hits).toBeLessThanOrEqual(high);
  });

  it("depends on a data set's number only, not on who draws it", () => {
    const [design] = COVERAGE_DESIGNS;
    if (design === undefined) throw new Error("no design");
    const parts = [countHits(design, 0, 6, 19), countHits(design, 6, 12, 19)];
    expect(parts.reduce((sum, { hits }) => sum + hits, 0)).toBe(countHits(design, 0, 12, 19).hits);
  });
});
