import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClassSpace } from "../../../src/data/benchmark/class-space.ts";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { checkImagesOnce } from "../../../src/evaluation/results/check-correctness.ts";
import { parseCorrectness } from "../../../src/evaluation/results/correctness.ts";
import { surestMistakes } from "../../../src/evaluation/results/mistakes.ts";
import { formatPredictions } from "../../../src/evaluation/results/predictions-csv.ts";
import { parsePredictions } from "../../../src/evaluation/results/read-predictions.ts";
import type { Predictions } from "../../../src/evaluation/scoring/predict.ts";

/** `predictions.csv` of images that are all of class 0 and taken for class 1. */
function written(paths: readonly string[]): string {
  const images = { at: (i: number) => ({ path: paths[i] as string, label: 0 }) };
  const predictions = {
    images: paths.map((_, i) => i),
    k: 2,
    top: Int32Array.from(paths.flatMap(() => [1, 0])),
    scores: Float32Array.from(paths.flatMap(() => [0.5, 0.25])),
  };
  const space = { accepted: [[0]] };
  const pieces = formatPredictions(
    { images } as unknown as Manifest,
    predictions as unknown as Predictions,
    space as unknown as ClassSpace,
  );
  return [...pieces].join("");
}

/** Names as folders can hold them: any characters, more often those that a spreadsheet takes for a formula. */
const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc
    .tuple(fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", '"', ",", "a"), maxLength: 5 }))
    .map(([start]) => `${start}.png`),
);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 30 });

describe("predictions.csv", () => {
  it("has no cell that a spreadsheet would run, and every name reads back as it is", () => {
    fc.assert(
      fc.property(names, (paths) => {
        const text = written(paths);
        const cells: string[][] = parse(text, { record_delimiter: "\n" });
        expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
        expect(parsePredictions(text, "p").map(({ image }) => image)).toEqual(paths);
        const mistakes = surestMistakes(text, paths.length, "p").map(({ image }) => image);
        expect(mistakes).toEqual(paths);
        expect(() => checkImagesOnce(Buffer.from(text), "p")).not.toThrow();
      }),
    );
  });

  it("pairs with a file from before names were guarded: the images are the same", () => {
    const guarded = written(["=1.png", "+2, 3.png", "@4.png", "5.png"]);
    const before = guarded.replace("'=", "=").replace("'+", "+").replace("'@", "@");
    expect(before).not.toBe(guarded);
    expect(parsePredictions(before, "p")).toEqual(parsePredictions(guarded, "p"));
    const digest = (text: string) => parseCorrectness(Buffer.from(text), "p").images;
    expect(digest(before)).toBe(digest(guarded));
    expect(digest(before.replace("=1", "=2"))).not.toBe(digest(guarded));
  });
});
