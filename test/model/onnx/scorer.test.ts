import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix } from "../../../src/foundation/math/matrix.ts";
import { openScorer, type ScorerOptions, type TopProducts } from "../../../src/model/onnx/scorer.ts";
import { seededRandom } from "../../seeded-random.ts";

async function scoreOnce(features: Matrix, classifier: Matrix, options: ScorerOptions): Promise<TopProducts> {
  const scorer = await openScorer(classifier, options);
  try {
    return await scorer.score(features);
  } finally {
    await scorer.close();
  }
}

describe("openScorer", () => {
  const classifier = matrix(Float32Array.of(1, 0, 0, 1, -1, 0), 3, 2);

  it("returns the same result for a row with any other rows and threads, across blocks", async () => {
    const random = seededRandom(11);
    const [d, classes, n] = [64, 1000, 9000]; // 4194 rows per block
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
    const scorer = await openScorer(weights, { k: 5, threads: 1 });
    const two = await openScorer(weights, { k: 5, threads: 2 });
    const all = await two.score(features);
    for (const [start, rows] of [
      [0, 1],
      [4190, 9],
      [8388, 612],
      [8999, 1],
    ] as const) {
      const part = await scorer.score(matrix(features.data.subarray(start * d, (start + rows) * d), rows, d));
      expect(part.indices).toEqual(all.indices.slice(start * 5, (start + rows) * 5));
      expect(part.values).toEqual(all.values.slice(start * 5, (start + rows) * 5));
    }
    await scorer.close();
    await two.close();
  });

  it("scores no image to nothing", async () => {
    const scorer = await openScorer(classifier, { k: 2 });
    const best = await scorer.score(matrix(new Float32Array(0), 0, 2));
    expect(best).toEqual({ indices: new Int32Array(0), values: new Float32Array(0) });
    await scorer.close();
  });

  it("refuses an invalid k, row or group", async () => {
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
    "names the row that contains %f",
    async (bad) => {
      const scorer = await openScorer(classifier, { k: 1 });
      await expect(scorer.score(matrix(Float32Array.of(1, 2, 3, bad, 5, 6), 3, 2))).rejects.toThrow(
        "image features: row 1 is not finite",
      );
      await scorer.close();
    },
  );
});

/** Plain JavaScript reference: float64 products, maximum over each class's rows, a stable sort by value. */
function referenceTop(features: number[][], classifier: number[][], groups: number[][], k: number): TopProducts {
  const indices: number[] = [];
  const values: number[] = [];
  for (const feature of features) {
    const products = classifier.map((weights) =>
      weights.reduce((sum, w, d) => sum + w * (feature[d] ?? Number.NaN), 0),
    );
    const scores = groups.map((rows) => Math.max(...rows.map((r) => products[r] ?? Number.NaN)));
    const order = scores.map((_, c) => c).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
    for (const c of order.slice(0, k)) {
      indices.push(c);
      values.push(scores[c] ?? Number.NaN);
    }
  }
  return { indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

const toMatrix = (rows: number[][]) => matrix(Float32Array.from(rows.flat()), rows.length, rows[0]?.length ?? 0);

/** Small integers: every product is exact in float32, in any order of summation, and ties are frequent. */
const integerRows = (columns: number, least: number, most: number) =>
  fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: columns, maxLength: columns }), {
    minLength: least,
    maxLength: most,
  });

const problem = fc.integer({ min: 1, max: 9 }).chain((d) =>
  fc.record({ features: integerRows(d, 1, 12), classifier: integerRows(d, 1, 40) }).chain((matrices) => {
    const last = matrices.classifier.length - 1;
    const rowIndex = fc.integer({ min: 0, max: last });
    return fc.record({
      features: fc.constant(matrices.features),
      classifier: fc.constant(matrices.classifier),
      groups: fc.array(fc.array(rowIndex, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 50 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
  }),
);

describe("the best classes", () => {
  it("equals plain loops and a stable sort, with ties to the lowest class, if every row is a class", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ features, classifier, part }) => {
        const k = 1 + Math.floor(part * (classifier.length - 1));
        const ownRows = classifier.map((_, r) => [r]);
        expect(await scoreOnce(toMatrix(features), toMatrix(classifier), { k })).toEqual(
          referenceTop(features, classifier, ownRows, k),
        );
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it("scores class subsets and repeated rows given as columns", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ features, classifier, groups, part }) => {
        const columns = Int32Array.from(groups, (group) => group[0] ?? 0);
        const k = 1 + Math.floor(part * (columns.length - 1));
        const single = Array.from(columns, (r) => [r]);
        expect(await scoreOnce(toMatrix(features), toMatrix(classifier), { k, columns })).toEqual(
          referenceTop(features, classifier, single, k),
        );
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it("takes the best row of each group", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ features, classifier, groups, part }) => {
        const k = 1 + Math.floor(part * (groups.length - 1));
        const options = { k, groups: groups.map((rows) => Int32Array.from(rows)) };
        expect(await scoreOnce(toMatrix(features), toMatrix(classifier), options)).toEqual(
          referenceTop(features, classifier, groups, k),
        );
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it("ties classes with the same weights exactly, for any columns, lowest index first", async () => {
    const random = seededRandom(7);
    const [d, classes, n] = [513, 1000, 60];
    const classifier = matrix(
      Float32Array.from({ length: classes * d }, () => random() - 0.5),
      classes,
      d,
    );
    const twins: [number, number][] = [
      [657, 744],
      [836, 837],
      [0, 999],
      [15, 16],
      [992, 993],
    ];
    for (const [first, second] of twins) {
      classifier.data.copyWithin(second * d, first * d, (first + 1) * d);
    }
    const features = matrix(
      Float32Array.from({ length: n * d }, () => random() - 0.5),
      n,
      d,
    );
    const { indices, values } = await scoreOnce(features, classifier, { k: classes });
    for (let i = 0; i < n; i++) {
      const order = indices.subarray(i * classes, (i + 1) * classes);
      for (const [first, second] of twins) {
        const place = order.indexOf(first);
        expect(order[place + 1]).toBe(second);
        expect(values[i * classes + place + 1]).toBe(values[i * classes + place]);
      }
    }
  });

  it("leaves what it is given unchanged", async () => {
    const features = matrix(Float32Array.of(1, 2, 3, 4), 2, 2);
    const classifier = matrix(Float32Array.of(1, 0, 0, 1, 1, 1), 3, 2);
    const columns = Int32Array.of(2, 0, 2);
    await scoreOnce(features, classifier, { k: 2, columns });
    expect([...features.data, ...classifier.data, ...columns]).toEqual([1, 2, 3, 4, 1, 0, 0, 1, 1, 1, 2, 0, 2]);
  });
});
