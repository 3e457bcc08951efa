import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import type { TopProducts } from "../../../src/model/onnx/scorer.ts";
import { topProducts } from "../../../src/model/onnx/top-products.ts";
import { seededRandom } from "../../seeded-random.ts";

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

describe("topProducts", () => {
  it("gives what plain loops and a stable sort give, ties to the lowest class, for every row its own class", async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ features, classifier, part }) => {
        const k = 1 + Math.floor(part * (classifier.length - 1));
        const own = classifier.map((_, r) => [r]);
        expect(await topProducts(toMatrix(features), toMatrix(classifier), k)).toEqual(
          referenceTop(features, classifier, own, k),
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
        expect(await topProducts(toMatrix(features), toMatrix(classifier), k, { columns })).toEqual(
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
        const options = { groups: groups.map((rows) => Int32Array.from(rows)) };
        expect(await topProducts(toMatrix(features), toMatrix(classifier), k, options)).toEqual(
          referenceTop(features, classifier, groups, k),
        );
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it("ties classes with the same weights exactly, wherever their columns lie, lowest index first", async () => {
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
    const { indices, values } = await topProducts(features, classifier, classes);
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
    await topProducts(features, classifier, 2, { columns });
    expect([...features.data, ...classifier.data, ...columns]).toEqual([1, 2, 3, 4, 1, 0, 0, 1, 1, 1, 2, 0, 2]);
  });
});
