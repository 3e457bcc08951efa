import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkImagesOnce } from "../../../src/evaluation/results/check-correctness.ts";
import { parseCorrectness } from "../../../src/evaluation/results/correctness.ts";
import { countBoth } from "../../../src/evaluation/results/count-both.ts";
import { isRight } from "../../../src/evaluation/results/image-predictions.ts";
import { parsePredictions } from "../../../src/evaluation/results/parse-predictions.ts";

const HEADER = "image,label,top1,top2,score1,score2";
const bytes = (text: string) => new TextEncoder().encode(text);

/** A row as `evaluate` writes it, with quotation marks if names need them. */
const row = fc.record({
  image: fc.oneof(
    fc.stringMatching(/^[a-z0-9/._-]{1,30}$/),
    fc.string({ minLength: 1, maxLength: 20 }).map((text) => `"${text.replaceAll('"', '""').replaceAll("\r", " ")}"`),
  ),
  label: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
  top: fc.integer({ min: 0, max: 12 }),
});

describe("parseCorrectness", () => {
  it("gives the counts of the full parser of predictions for any names", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 80 }), (rows) => {
        const lines = rows.map(({ image, label, top }) => `${image},${label.join(";")},${top},1,0.3,0.2`);
        const text = `${HEADER}\n${lines.join("\n")}\n`;
        const expected = parsePredictions(bytes(text), "predictions.csv");
        const found = parseCorrectness(bytes(text), "predictions.csv");
        expect(found.n).toBe(expected.length);
        expect(found.correct).toBe(expected.filter(isRight).length);
        const bits = expected.map((_, i) => ((found.bits[i >>> 5] as number) >>> (i & 31)) & 1);
        expect(bits).toEqual(expected.map((row) => Number(isRight(row))));
        const byLabel = new Map<string, [number, number]>();
        for (const row of expected) {
          const key = row.classes.join(";");
          const [images, right] = byLabel.get(key) ?? [0, 0];
          byLabel.set(key, [images + 1, right + Number(isRight(row))]);
        }
        expect(found.labels.map((label, c) => [label, [found.classImages[c], found.classCorrect[c]]])).toEqual([
          ...byLabel,
        ]);
      }),
      { seed: 17, numRuns: 300 },
    );
  });

  it("gives equal digests for the same images and labels, and different ones otherwise", () => {
    const digest = (...lines: string[]) =>
      parseCorrectness(bytes(`image,label,top1,x\n${lines.join("\n")}\n`), "p").images.names;
    expect(digest("a,1,5,0", "b,2,6,0")).toBe(digest("a,1,7,9", "b,2,8,9"));
    const first = digest("a,1,5,0", "b,2,6,0");
    for (const otherDigest of [
      digest("b,2,6,0", "a,1,5,0"),
      digest("a,1,5,0"),
      digest("a,3,5,0", "b,2,6,0"),
      digest("c,1,5,0", "b,2,6,0"),
    ]) {
      expect(otherDigest).not.toBe(first);
    }
  });

  it("counts top-5 if the file has the five places, and refuses a duplicate column", () => {
    const head = "image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5";
    const body =
      "a,7,7,1,2,3,4,,,,,\nb,7,1,2,3,4,7,,,,,\nc,7;9,1,9,3,4,5,,,,,\nd,7,1,2,3,4,5,,,,,\ne,,1,2,3,4,5,,,,,\nf,7,1,,,,,7,,,,\n";
    expect(parseCorrectness(bytes(`${head}\n${body}`), "p")).toMatchObject({ n: 6, correct: 1, top5: 3 });
    expect(parseCorrectness(bytes("image,label,top1,x\na,1,1,0\n"), "p").top5).toBeNull();
    const twice = bytes(`${head.replace("top2", "top1")}\n${body}`);
    expect(() => parseCorrectness(twice, "p")).toThrow(/p: the column top1 appears twice/);
  });

  it("names a duplicate image for any name and column order", () => {
    const once = '"a,""\nb.jpg",1,1,0\n"a,""\nc.jpg",1,1,0\nd,1,1,0\n';
    expect(() => checkImagesOnce(bytes(`image,label,top1,x\n${once}`), "p")).not.toThrow();
    expect(() => checkImagesOnce(bytes(`image,label,top1,x\n${once}"a,""\nb.jpg",2,1,0\n`), "p")).toThrow(
      /p: image a,"\nb\.jpg appears twice/,
    );
    expect(() => checkImagesOnce(bytes(`image,label,top1,x\n${once}d,1,1,0`), "p")).toThrow(/image d appears twice/);
    expect(() => checkImagesOnce(bytes("label,image,top1\n1,a,1\n1,b,1\n1,a,1\n"), "p")).toThrow(
      /image a appears twice/,
    );
  });
});

describe("countBoth", () => {
  it("counts the images that both get right", () => {
    const rights = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(rights, (pairs) => {
        const of = (side: 0 | 1) =>
          parseCorrectness(
            bytes(`image,label,top1,x\n${pairs.map((pair, i) => `i${i},1,${pair[side] ? 1 : 0},0`).join("\n")}\n`),
            "p",
          );
        expect(countBoth(of(0), of(1))).toBe(pairs.filter(([a, b]) => a && b).length);
      }),
      { seed: 17 },
    );
  });

  it("refuses results of other numbers of images", () => {
    const of = (n: number) => parseCorrectness(bytes(`image,label,top1,x\n${"a,1,1,0\n".repeat(n)}`), "p");
    expect(() => countBoth(of(2), of(3))).toThrow("expected results of the same images, got 2 and 3 images");
  });
});
