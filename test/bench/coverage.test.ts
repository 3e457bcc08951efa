import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../bench/_child.ts";
import { type CoverageCount, type CoverageDesign, isWithinBounds } from "../../bench/_coverage-design.ts";
import { COVERAGE_DESIGNS } from "../../bench/_coverage-designs.ts";
import { countHits } from "../../bench/_coverage-run.ts";
import { readMeasured } from "../../bench/_measured.ts";

const measured = readMeasured<{ readonly designs: readonly CoverageCount[] }>("coverage")?.designs ?? [];

const DOCUMENT = readFileSync(join(ROOT, "docs", "reference", "statistics.md"), "utf8");

/** The cells of the first table below a heading of the document, row by row; none where its section has no table. */
function rowsOf(heading: string): string[][] {
  const section = (DOCUMENT.split(`\n${heading}\n`)[1] as string).split(/\n#+ /)[0] as string;
  const lines = [...section.split("\n"), ""]; // a table may end the section
  if (!lines.some((line) => line.startsWith("|---"))) return [];
  const from = lines.findIndex((line) => line.startsWith("|---")) + 1;
  const length = lines.slice(from).findIndex((line) => !line.startsWith("|"));
  return lines.slice(from, from + length).map((line) => line.slice(2, -2).split(" | "));
}

/** Designs tried here, on few data sets: hits of a hundred, and of the method before. */
const TRIED: readonly (readonly [string, readonly [number, number]])[] = [
  ["groups: slopes: EmojiShift, unequal scatter", [0, 13]],
  ["groups: heights: 3 × 4 points, scatter 1 to 8", [0, 13]],
  ["groups: slope difference: 2 × 4 points, scatter 1 to 5", [87, 100]],
];

describe("coverage in simulated data", () => {
  it("has designs of different names, all measured with their descriptions", () => {
    const labels = ({ name, topic, procedure, nominal, expectation }: CoverageDesign | CoverageCount) => ({
      name,
      topic,
      procedure,
      nominal,
      expectation,
    });
    expect(new Set(COVERAGE_DESIGNS.map(({ name }) => name)).size).toBe(COVERAGE_DESIGNS.length);
    expect(measured.map(labels)).toEqual(COVERAGE_DESIGNS.map(labels));
  });

  it("is measured on at least 2,000 data sets of a design; the document names those outside their bounds", () => {
    expect(measured.filter(({ repetitions }) => repetitions < 2000)).toEqual([]);
    const outside = rowsOf("### Outside their bounds").map(([name, nominal, now]) => `${name}: ${nominal}, ${now}`);
    expect(DOCUMENT.includes("### Outside their bounds\n\nNone: ")).toBe(outside.length === 0);
    const share = (value: number, digits: number) => `${(100 * value).toFixed(digits)} %`;
    const found = measured
      .filter((count) => !isWithinBounds(count))
      .map(({ name, nominal, hits, repetitions }) => `${name}: ${share(nominal, 0)}, ${share(hits / repetitions, 1)}`);
    expect([...outside].sort()).toEqual(found.sort());
    expect(DOCUMENT).toMatch(new RegExp(`[Oo]f the ${measured.length} designs of`));
  });

  it("is in the document's table of groups as it was measured", () => {
    const rows = rowsOf("### Tests and intervals of groups");
    const designs = ["slopes", "slopes", "heights", "heights", "slope difference", "height difference"];
    expect(rows.length).toBeGreaterThan(10);
    for (const [name, ...cells] of rows) {
      for (const [at, kind] of designs.entries()) {
        const count = measured.find((row) => row.name === `groups: ${kind}: ${name}`);
        const isBefore = at === 1 || at === 3;
        const hits = isBefore ? count?.before : count?.hits;
        const where = `${name}, ${kind}${isBefore ? ", before" : ""}`;
        if (count === undefined || hits == null) expect(cells[at], where).toBe("–");
        else expect(Number(cells[at]), where).closeTo((100 * hits) / count.repetitions, 0.0501); // a digit is written
      }
    }
  });

  it("is in the document's table of F and pairs as it was measured", () => {
    const rows = rowsOf("### F or pairs");
    const choices = measured.filter(({ topic }) => topic === "choice of test");
    expect(rows.map(([name]) => `choice of test: ${name}`)).toEqual(choices.map(({ name }) => name));
    for (const [at, { name, procedure, hits, before, repetitions }] of choices.entries()) {
      const [, ofF, ofPairs] = rows[at] as string[];
      const [taken, left] = procedure.includes("F; before") ? [ofF, ofPairs] : [ofPairs, ofF];
      expect(Number(taken), name).closeTo((100 * hits) / repetitions, 0.0501);
      expect(Number(left), `${name}, not taken`).closeTo((100 * (before as number)) / repetitions, 0.0501);
    }
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
