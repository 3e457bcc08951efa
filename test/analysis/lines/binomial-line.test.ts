import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fitBinomialLine } from "../../../src/analysis/lines/binomial-line.ts";
import { fixtures } from "../../helpers.ts";

interface ExpectedLine {
  readonly name: string;
  readonly x: number[];
  readonly correct: number[];
  readonly images: number[];
  readonly intercept: number;
  readonly slope: number;
  readonly scatterSd: number;
  readonly slopeSe: number;
  readonly interceptSe: number;
}

/** Made by make-binomial-line.R with lme4's glmer. */
const { lines }: { lines: ExpectedLine[] } = JSON.parse(
  readFileSync(join(fixtures, "statistics", "binomial-line.json"), "utf8"),
);

const pointsOf = ({ x, correct, images }: Pick<ExpectedLine, "x" | "correct" | "images">) =>
  x.map((value, i) => ({ x: value, correct: correct[i] as number, images: images[i] as number }));

describe("a binomial line", () => {
  it.each(lines)("has the slope, intercept and scatter of lme4: $name", (expected) => {
    const line = fitBinomialLine(pointsOf(expected));
    // Optimizers stop there: glmer's at 1e-10 of its scale, ours at 1e-7 of the scatter; measured 1e-7
    expect(line.slope).closeTo(expected.slope, 1e-6);
    expect(line.intercept).closeTo(expected.intercept, 1e-6);
    expect(line.scatterSd).closeTo(expected.scatterSd, 1e-6);
    // glmer's are at the likeliest scatter, ours at the one adjusted for two coefficients: larger, n / (n − 2) of its variance
    const most = Math.sqrt(line.n / (line.n - 2)) * 1.06;
    expect(line.slopeSe / expected.slopeSe).toBeGreaterThan(0.99);
    expect(line.slopeSe / expected.slopeSe).toBeLessThan(most);
    expect(line.interceptSe / expected.interceptSe).toBeGreaterThan(0.99);
    expect(line.interceptSe / expected.interceptSe).toBeLessThan(most);
    expect(line.posterior.weights.reduce((sum, weight) => sum + weight, 0)).closeTo(1, 1e-12);
  });

  it("is the mirrored line where right and wrong are exchanged", () => {
    const points = pointsOf(lines[1] as ExpectedLine);
    const [line, mirrored] = [
      fitBinomialLine(points),
      fitBinomialLine(points.map((point) => ({ ...point, x: -point.x, correct: point.images - point.correct }))),
    ];
    expect(mirrored.slope).closeTo(line.slope, 1e-6);
    expect(mirrored.intercept).closeTo(-line.intercept, 1e-6);
    expect(mirrored.scatterSd).closeTo(line.scatterSd, 1e-6);
  });

  it("refuses counts that have no line", () => {
    const of = (correct: number[], x = [1, 2, 3, 4]) => fitBinomialLine(pointsOf({ x, correct, images: [9, 9, 9, 9] }));
    expect(() => of([0, 0, 0, 0])).toThrow(/not 0, got 0 for all 4 models/);
    expect(() => of([9, 9, 9, 9])).toThrow(/not 1, got 1 for all 4 models/);
    expect(() => of([0, 0, 0, 5])).toThrow(/infinite slope/);
    expect(() => of([9, 9, 9, 5])).toThrow(/infinite slope/);
    expect(() => of([1, 2, 3, 4], [2, 2, 2, 2])).toThrow(/different in-distribution accuracies/);
    expect(() => of([1, 2, 3, 10])).toThrow(/expected a count from 0 to 9, got 10/);
    expect(Number.isFinite(of([0, 0, 1, 5]).slope)).toBe(true);
  });
});
