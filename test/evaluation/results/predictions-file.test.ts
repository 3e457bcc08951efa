import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClassSpace } from "../../../src/data/benchmark/class-space.ts";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { checkImagesOnce } from "../../../src/evaluation/results/check-correctness.ts";
import { parseCorrectness } from "../../../src/evaluation/results/correctness.ts";
import { parsePredictions } from "../../../src/evaluation/results/parse-predictions.ts";
import { formatPredictions, scanPredictions } from "../../../src/evaluation/results/predictions-file.ts";
import { readScoredPredictions } from "../../../src/evaluation/results/scored-predictions.ts";
import type { Predictions } from "../../../src/evaluation/scoring/predict.ts";
import { InputError } from "../../../src/foundation/errors.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const contentOfPath = (path: string) => createHash("sha256").update(path).digest("hex");

/** An image, its correct classes, the classes by decreasing score, and the scores. */
interface Predicted {
  readonly path: string;
  readonly accepted: readonly number[];
  readonly top: readonly number[];
  readonly scores: readonly number[];
}

/** `predictions.csv` of images with separate labels. */
function written(images: readonly Predicted[]): string {
  const manifest = {
    images: { at: (i: number) => ({ path: (images[i] as Predicted).path, label: i }), label: (i: number) => i },
  };
  const predictions: Predictions = {
    images: Int32Array.from(images.keys()),
    k: images[0]?.top.length ?? 1,
    top: Int32Array.from(images.flatMap(({ top }) => top)),
    scores: Float32Array.from(images.flatMap(({ scores }) => scores)),
  };
  const space: ClassSpace = { rows: [], accepted: images.map(({ accepted }) => accepted) };
  const contentOf = (i: number) => contentOfPath((images[i] as Predicted).path);
  return [...formatPredictions(manifest as unknown as Manifest, predictions, space, contentOf)].join("");
}

/** Images of class 0, all predicted as class 1. */
const mistaken = (paths: readonly string[]) =>
  written(paths.map((path) => ({ path, accepted: [0], top: [1, 0], scores: [0.5, 0.25] })));

/** Names that folders can contain: any characters, more often those that start a formula in a spreadsheet. */
const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc
    .tuple(fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", '"', ",", "\n", "a"), maxLength: 5 }))
    .map(([start]) => `${start}.png`),
);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 30 });

/** Predictions of any images, with k classes each. */
const predicted = fc.integer({ min: 1, max: 5 }).chain((k) => {
  const classes = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: k, maxLength: k });
  const accepted = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 });
  const score = fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround);
  const scores = fc.array(score, { minLength: k, maxLength: k });
  return names.chain((paths) =>
    fc.tuple(...paths.map((path) => fc.record({ path: fc.constant(path), accepted, top: classes, scores }))),
  );
});

const isRight = ({ accepted, top }: Predicted, places: number) =>
  top.slice(0, places).some((classIndex) => accepted.includes(classIndex));

describe("predictions.csv", () => {
  it("is read back unchanged by every reader, for any names, classes and scores", () => {
    fc.assert(
      fc.property(predicted, (images) => {
        const text = written(images);
        const content = bytes(text);
        expect(parsePredictions(content, "p")).toEqual(
          images.map(({ path, accepted, top }) => ({
            image: path,
            classes: accepted,
            predicted: top[0],
            content: contentOfPath(path).slice(0, 32),
          })),
        );
        const correctness = parseCorrectness(content, "p");
        const right = images.map((image) => isRight(image, 1));
        expect(right.map((_, i) => (((correctness.bits[i >>> 5] as number) >>> (i & 31)) & 1) === 1)).toEqual(right);
        expect(correctness).toMatchObject({
          n: images.length,
          correct: right.filter(Boolean).length,
          top5: images.filter((image) => isRight(image, 5)).length,
        });
        const rowScores: number[][] = [];
        scanPredictions(content, "p", (row) => rowScores.push(row.scores().map(Math.fround)));
        expect(rowScores).toEqual(images.map(({ scores }) => scores.map((score) => (score === 0 ? 0 : score))));
        const scored = readScoredPredictions(content, "p");
        expect(scored.images).toEqual(images.map(({ path }) => path));
        expect([...scored.imageLabels].map((label) => scored.classes[label])).toEqual(
          images.map(({ accepted }) => accepted),
        );
        expect([...scored.predicted]).toEqual(images.map(({ top }) => top[0]));
        expect(() => checkImagesOnce(content, "p")).not.toThrow();
        const [first] = images;
        const twice = bytes(written([...images, first as Predicted]));
        expect(() => checkImagesOnce(twice, "p")).toThrow(`p: image ${first?.path} appears twice`);
      }),
      { seed: 17, numRuns: 200 },
    );
  });

  it("has no cell that a spreadsheet would evaluate", () => {
    fc.assert(
      fc.property(names, (paths) => {
        const cells: string[][] = parse(mistaken(paths), { record_delimiter: "\n" });
        expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      }),
      { seed: 17 },
    );
  });

  it("pairs with a file from before names were guarded: the images are the same", () => {
    const guarded = mistaken(["=1.png", "+2, 3.png", "@4.png", "5.png"]);
    const before = guarded.replace("'=", "=").replace("'+", "+").replace("'@", "@");
    expect(before).not.toBe(guarded);
    expect(parsePredictions(bytes(before), "p")).toEqual(parsePredictions(bytes(guarded), "p"));
    const digest = (text: string) => parseCorrectness(bytes(text), "p").images.names;
    expect(digest(before)).toBe(digest(guarded));
    expect(digest(before.replace("=1", "=2"))).not.toBe(digest(guarded));
  });

  it("is read with other columns, in any order, with CR LF, a byte-order mark, empty lines and no end of the last", () => {
    const usual = "image,label,top1\na,1,1\nb,2;3,1\n";
    const expected = parsePredictions(bytes(usual), "p");
    expect(expected).toEqual([
      { image: "a", classes: [1], predicted: 1 },
      { image: "b", classes: [2, 3], predicted: 1 },
    ]);
    for (const text of [
      usual.trimEnd(),
      usual.replaceAll("\n", "\r\n"),
      usual.replaceAll("\n", "\n\n"),
      `\ufeff${usual}`,
      'image,label,top1\n"a","1","1"\n"b","2;3",1',
      "top1,extra,image,label\n1,z,a,1\n1,z,b,2;3\n",
      'label,top1,image\r\n1,1,"a"\r\n2;3,1,b',
    ]) {
      expect(parsePredictions(bytes(text), "p")).toEqual(expected);
      expect(parseCorrectness(bytes(text), "p")).toEqual(parseCorrectness(bytes(usual), "p"));
    }
  });

  it.each([
    ["a missing column", "image,label\na,1\n", /^p\.csv: expected the columns image, label, top1; found image, label$/],
    ["no header", "", /^p\.csv: expected the columns .*found nothing$/],
    ["a column twice", "image,label,top1,top1\na,1,1,1\n", /^p\.csv: the column top1 appears twice/],
    ["a label that is no number", "image,label,top1\na,1,1\nb,cat,1\n", /^p\.csv: row 2: .* found "cat" and "1"$/],
    ["an empty one of several", "image,label,top1\na,3;,1\n", /^p\.csv: row 1: expected integers .*"3;" and "1"$/],
    ["no prediction", "image,label,top1\na,1,\n", /^p\.csv: row 1: expected integers .*"1" and ""$/],
    ["a prediction below zero", "image,label,top1\na,1,-1\n", /^p\.csv: row 1: expected integers .*"-1"$/],
    ["a short row", "image,label,top1\na,1,1\nb,1\n", /^p\.csv: not a CSV file: row 2: 2 cells, expected 3$/],
    ["a long row", "image,label,top1\na,1,1,1\n", /^p\.csv: not a CSV file: row 1: more than 3 cells$/],
    ["an open quotation mark", 'image,label,top1\n"a,1,1\n', /^p\.csv: not a CSV file: row 1: .* is not closed$/],
  ])("is refused with %s by every reader", (_, text, message) => {
    const content = bytes(text);
    expect(() => parsePredictions(content, "p.csv")).toThrow(message);
    expect(() => parseCorrectness(content, "p.csv")).toThrow(message);
    expect(() => checkImagesOnce(content, "p.csv")).toThrow(message);
    expect(() => readScoredPredictions(content, "p.csv")).toThrow(message);
  });

  it("is refused by every reader if it ends before the last cell of its last row", () => {
    const right = { path: "b.png", accepted: [1], top: [1, 0, 2, 3, 4], scores: [0.5, 0.25, 0.125, 0.0625, 0.03125] };
    const text = written([{ ...right, path: "a.png" }, right]);
    const last = text.lastIndexOf("\n", text.length - 2) + 1;
    for (let end = last + 1; end <= text.lastIndexOf(","); end++) {
      const cut = bytes(text.slice(0, end));
      for (const read of [parseCorrectness, parsePredictions, checkImagesOnce])
        expect(() => read(cut, "p.csv"), `${read.name} of ${text.slice(last, end)}`).toThrow(InputError);
    }
  });

  it("is refused if a content is not a SHA-256, at any column", () => {
    const content = "0123456789abcdef0123456789abcdef";
    const columns = (text: string) => [
      `image,label,top1,content\na,1,1,${text}\n`,
      `content,image,label,top1\n${text},a,1,1`,
      `image,label,top1,content\r\n"a",1,1,"${text}"\r\n`,
    ];
    for (const text of columns(content)) {
      expect(parsePredictions(bytes(text), "p")).toEqual([{ image: "a", classes: [1], predicted: 1, content }]);
      expect(parseCorrectness(bytes(text), "p").images.contents?.order).toEqual(Uint32Array.of(0));
    }
    for (const wrong of ["", content.slice(1), `${content}0`, content.toUpperCase(), `${content.slice(1)}g`]) {
      for (const text of columns(wrong)) {
        const message = /^p: row 1: expected 32 digits as content, found "/;
        expect(() => parsePredictions(bytes(text), "p")).toThrow(message);
        expect(() => parseCorrectness(bytes(text), "p")).toThrow(message);
      }
    }
  });

  it("is refused if it is not UTF-8: two names could look the same", () => {
    const latin1 = Buffer.from("image,label,top1\nü,1,1\n", "latin1");
    expect(() => parsePredictions(latin1, "p.csv")).toThrow(/^p\.csv: not UTF-8 text$/);
  });
});
