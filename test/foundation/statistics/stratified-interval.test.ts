import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../../src/foundation/statistics/normal-distribution.ts";
import { stratifiedInterval } from "../../../src/foundation/statistics/stratified-interval.ts";
import { seededRandom } from "../../seeded-random.ts";

interface ExpectedInterval {
  readonly name: string;
  readonly correct: number[];
  readonly n: number[];
  readonly interval: [number, number];
}

/** Made by test/fixtures/statistics/make-accuracy.py. */
const EXPECTED: { stratifiedIntervals: ExpectedInterval[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics/accuracy.json", import.meta.url), "utf8"),
);

const repeat = (classes: number, size: number) => Array<number>(classes).fill(size);

/** Images of each class. */
const DESIGNS: Record<string, number[]> = {
  "ImageNet-V2: 1000 classes of 10": repeat(1000, 10),
  "ImageNet: 1000 classes of 50": repeat(1000, 50),
  "ImageNet-R: 200 classes of 51 to 430": Array.from({ length: 200 }, (_, c) => 51 + Math.floor(379 * (c / 199) ** 2)),
  "one image per class, 100 classes": repeat(100, 1),
  "a long tail: 180 classes of 8000 down to 1": Array.from({ length: 180 }, (_, c) =>
    Math.max(1, Math.round(8000 / (c + 1) ** 1.7)),
  ),
  "ten classes of two": repeat(10, 2),
  "four classes of ten and four of five hundred": [...repeat(4, 10), ...repeat(4, 500)],
  "classes of one, two and thirty": [1, 1, 1, 2, 2, 2, 2, 30, 30, 5],
};

/** The accuracy of each class, from a uniform number. */
const WORLDS: Record<string, (uniform: number, c: number) => number> = {
  "all classes at 0.6": () => 0.6,
  "all classes at 0.97": () => 0.97,
  "classes spread from 0.2 to 1": (uniform) => 0.2 + 0.8 * Math.sqrt(uniform),
  "rare classes at 0.5, others at 0.99": (_, c) => (c < 8 ? 0.5 : 0.99),
  "half the classes near 0, half near 1": (_, c) => (c % 2 === 0 ? 0.005 : 0.995),
};

describe("stratifiedInterval", () => {
  it.each(EXPECTED.stratifiedIntervals)(
    "is the formula's, written again with scipy: $name",
    ({ correct, n, interval }) => {
      const { low, high } = stratifiedInterval(correct, n);
      expect(low).closeTo(interval[0], 1e-10); // relative 1e-11 of the quantile, and sums in another order
      expect(high).closeTo(interval[1], 1e-10);
    },
  );

  it("counts a class without images as absent, and takes typed arrays", () => {
    expect(stratifiedInterval(Int32Array.of(3, 0, 5), Int32Array.of(4, 0, 6))).toEqual(
      stratifiedInterval([3, 5], [4, 6]),
    );
  });

  it("is shorter for a lower confidence", () => {
    const wide = stratifiedInterval([3, 8, 5], [10, 10, 10], 0.99);
    const narrow = stratifiedInterval([3, 8, 5], [10, 10, 10], 0.9);
    expect(narrow.low).toBeGreaterThan(wide.low);
    expect(narrow.high).toBeLessThan(wide.high);
  });

  it("refuses zero images, invalid counts and lists of different length", () => {
    expect(() => stratifiedInterval([0, 0], [0, 0])).toThrow(
      "the mean over classes needs at least one image, got none",
    );
    expect(() => stratifiedInterval([], [])).toThrow(RangeError);
    expect(() => stratifiedInterval([1, 3], [2, 2])).toThrow(
      "class 1: expected whole numbers 0 ≤ correct ≤ n, got 3 of 2",
    );
    expect(() => stratifiedInterval([0.5], [1])).toThrow(RangeError);
    expect(() => stratifiedInterval([1], [1, 1])).toThrow("expected counts of 2 classes, got 1");
  });

  describe.each(Object.entries(DESIGNS))("of %s", (_, n) => {
    it.each(Object.entries(WORLDS))("covers the true mean at least 94 times in 100, %s", (__, world) => {
      const random = seededRandom(20251123);
      const accuracies = n.map((___, c) => world(random(), c));
      const truth = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / n.length;
      const runs = 600;
      let covered = 0;
      for (let run = 0; run < runs; run++) {
        const correct = n.map((size, c) => binomialDraw(size, accuracies[c] as number, random));
        const { low, high } = stratifiedInterval(correct, n);
        if (low <= truth && truth <= high) covered++;
      }
      const noise = 3 * Math.sqrt((0.94 * 0.06) / runs); // three standard errors of the simulation itself
      expect(covered / runs).toBeGreaterThanOrEqual(0.94 - noise);
    });
  });

  it("uses the gain of stratification: for classes that differ, it is shorter than for the same images from a single population", () => {
    const n = repeat(1000, 50);
    const { low, high } = stratifiedInterval(
      n.map((_, c) => (c % 2 === 0 ? 20 : 45)),
      n,
    ); // 0.4 and 0.9, mean 0.65
    const onePot = 2 * 1.96 * Math.sqrt((0.65 * 0.35) / 50_000);
    const stratified = 2 * 1.96 * Math.sqrt((0.4 * 0.6 + 0.9 * 0.1) / 2 / 50_000);
    expect(high - low).toBeLessThan(0.9 * onePot);
    expect((high - low) / stratified).closeTo(1, 0.02); // the pseudo-observations and the discreteness of counts have a small cost
  });
});

/** Successes among n trials: by counting, or where n is large by the normal approximation (n p q ≥ 9 there). */
function binomialDraw(n: number, p: number, random: () => number): number {
  if (n * p * (1 - p) >= 9) {
    const z = normalQuantile(Math.min(Math.max(random(), 2 ** -40), 1 - 2 ** -40));
    return Math.min(n, Math.max(0, Math.round(n * p + z * Math.sqrt(n * p * (1 - p)))));
  }
  let successes = 0;
  for (let trial = 0; trial < n; trial++) if (random() < p) successes++;
  return successes;
}
