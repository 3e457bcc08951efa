import { describe, expect, it } from "vitest";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { openScorer } from "../../../src/model/onnx/scorer.ts";
import { seededRandom } from "../../seeded-random.ts";

describe("openScorer", () => {
  const classifier = matrix(Float32Array.of(1, 0, 0, 1, -1, 0), 3, 2);

  it("gives a row the same result whatever rows and threads it is scored with, over block ends", async () => {
    const random = seededRandom(11);
    const [d, classes, n] = [64, 1000, 9000]; // 4194 rows a block
    const features = matrix(
      Float32Array.from({ length: n * d }, () => random() - 0.5),
      n,
      d,
    );
    const weights = matrix(
      Float32Array.from({ length: classes * d }, () => random() - 0.5),
      classes,
      d,
    );
    const one = await openScorer(weights, { k: 5, threads: 1 });
    const two = await openScorer(weights, { k: 5, threads: 2 });
    const all = await two.score(features);
    for (const [start, rows] of [
      [0, 1],
      [4190, 9],
      [8388, 612],
      [8999, 1],
    ] as const) {
      const part = await one.score(matrix(features.data.subarray(start * d, (start + rows) * d), rows, d));
      expect(part.indices).toEqual(all.indices.slice(start * 5, (start + rows) * 5));
      expect(part.values).toEqual(all.values.slice(start * 5, (start + rows) * 5));
    }
    await one.close();
    await two.close();
  });

  it("scores no image to nothing", async () => {
    const scorer = await openScorer(classifier, { k: 2 });
    const best = await scorer.score(matrix(new Float32Array(0), 0, 2));
    expect(best).toEqual({ indices: new Int32Array(0), values: new Float32Array(0) });
    await scorer.close();
  });

  it("refuses a k, a row or a group that cannot be", async () => {
    await expect(openScorer(classifier, { k: 0 })).rejects.toThrow("expected k in 1..3, the number of classes, got 0");
    await expect(openScorer(classifier, { k: 4 })).rejects.toThrow("expected k in 1..3");
    await expect(openScorer(classifier, { k: 1.5 })).rejects.toThrow(RangeError);
    await expect(openScorer(classifier, { k: 3, columns: Int32Array.of(0, 1) })).rejects.toThrow("expected k in 1..2");
    await expect(openScorer(classifier, { k: 1, columns: Int32Array.of(0, 3) })).rejects.toThrow(
      "class 1: expected rows of the classifier in 0..2, got 3",
    );
    await expect(openScorer(classifier, { k: 1, groups: [Int32Array.of(-1)] })).rejects.toThrow("got -1");
    await expect(openScorer(classifier, { k: 1, groups: [new Int32Array(0)] })).rejects.toThrow(
      "class 0 has no row of the classifier",
    );
    await expect(openScorer(classifier, { k: 1, groups: [] })).rejects.toThrow("expected at least one class");
    await expect(openScorer(classifier, { k: 1, groups: [], columns: Int32Array.of(0) })).rejects.toThrow("got both");
  });

  it("refuses an empty classifier and weights that are not finite", async () => {
    await expect(openScorer(matrix(new Float32Array(0), 0, 4), { k: 1 })).rejects.toThrow("the classifier is empty");
    await expect(openScorer(matrix(Float32Array.of(1, Number.NaN), 2, 1), { k: 1 })).rejects.toThrow(
      "classifier: row 1 is not finite",
    );
  });

  it("refuses features of another width", async () => {
    const scorer = await openScorer(classifier, { k: 1 });
    await expect(scorer.score(matrix(new Float32Array(6), 2, 3))).rejects.toThrow(
      "image features have 3 columns, the classifier has 2",
    );
    await scorer.close();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "names the row that holds %f",
    async (bad) => {
      const scorer = await openScorer(classifier, { k: 1 });
      await expect(scorer.score(matrix(Float32Array.of(1, 2, 3, bad, 5, 6), 3, 2))).rejects.toThrow(
        "image features: row 1 is not finite",
      );
      await scorer.close();
    },
  );
});
