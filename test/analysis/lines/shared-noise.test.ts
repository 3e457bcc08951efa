import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracyVariance,
  effectiveImages,
  errorCorrelation,
  errorCovariance,
  noiseOf,
  sharedNoise,
} from "../../../src/analysis/lines/shared-noise.ts";
import { fixtures } from "../../helpers.ts";
import { outcomesOf } from "./outcomes-of.ts";

const expected: {
  readonly cluster: number[];
  readonly right: string[];
  readonly imageCovariance: number[][];
  readonly clusterCovariance: number[][];
  readonly correlation: number[][];
  readonly effectiveImages: number[];
} = JSON.parse(readFileSync(join(fixtures, "statistics", "shared-noise.json"), "utf8"));

const rows = expected.right.map((row) => [...row].map((digit) => digit === "1"));
const images = rows.map((row) => outcomesOf(row));
const clusters = rows.map((row) => outcomesOf(row, { cluster: expected.cluster }));

describe("errorCovariance", () => {
  it("equals numpy's covariance of the correctness over n, and its loop over clusters", () => {
    for (const i of rows.keys()) {
      for (const j of rows.keys()) {
        const of = (all: typeof images) => errorCovariance([all[i] as never], [all[j] as never]);
        expect(of(images)).closeTo(expected.imageCovariance[i]?.[j] as number, 1e-15);
        expect(of(clusters)).closeTo(expected.clusterCovariance[i]?.[j] as number, 1e-15);
      }
    }
  });

  it("is that of the means where an accuracy is the mean over sets, and nothing between different images", () => {
    const [a, b] = images as [(typeof images)[0], (typeof images)[0]];
    const otherImages = outcomesOf(rows[2] as boolean[], { images: "others" });
    const alone = errorCovariance([a], [b]);
    expect(errorCovariance([a], [otherImages])).toBe(0);
    expect(errorCovariance([a, otherImages], [b, otherImages])).closeTo(
      (alone + errorCovariance([otherImages], [otherImages])) / 4,
      1e-16,
    );
  });

  it("is the same for clusters of one image as for images", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 80 }), (pairs) => {
        const [first, second] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const cluster = pairs.map((_, i) => i);
        const clustered = [first, second].map((row) => [outcomesOf(row, { cluster })]) as never[];
        const plain = [first, second].map((row) => [outcomesOf(row)]) as never[];
        const covariance = errorCovariance(...(plain as unknown as [never, never]));
        expect(errorCovariance(...(clustered as unknown as [never, never]))).closeTo(covariance, 1e-15);
      }),
    );
  });
});

describe("effectiveImages", () => {
  it("equals numpy's design effects, and is all images where they are independent", () => {
    for (const [i, set] of clusters.entries()) {
      expect(effectiveImages(set)).closeTo(expected.effectiveImages[i] as number, 1e-9);
    }
    expect(images.map(effectiveImages)).toEqual(rows.map((row) => row.length));
    // Some of them are worth fewer, and none more, than there are
    expect(Math.min(...clusters.map(effectiveImages))).toBeLessThan(150);
    expect(Math.max(...clusters.map(effectiveImages))).toBe(rows[0]?.length);
  });

  it("is the number of clusters where all images are right, 1 of a single cluster", () => {
    expect(effectiveImages(outcomesOf([true, true, true, true], { cluster: [0, 0, 1, 1] }))).toBe(2);
    expect(effectiveImages(outcomesOf([true, false, true], { cluster: [0, 0, 0] }))).toBe(1);
  });
});

describe("sharedNoise", () => {
  const point = (i: number, all = images) => ({ x: [all[i] as (typeof images)[0]], y: [all[i] as (typeof images)[0]] });

  it("has numpy's correlations row by row, 0 for a point whose images are not known", () => {
    const noise = sharedNoise([point(0), point(1), null, point(4)]);
    const of = (i: number, j: number) => expected.correlation[i]?.[j] as number;
    const wanted = [1, of(0, 1), 0, of(0, 4), of(1, 0), 1, 0, of(1, 4), 0, 0, 1, 0, of(4, 0), of(4, 1), 0, 1];
    expect(noise?.x).toHaveLength(16);
    for (const [k, value] of wanted.entries()) expect(noise?.x?.[k]).closeTo(value, 1e-12);
    expect(noise?.y).toEqual(noise?.x);
    expect(noise?.units).toBe(rows[0]?.length);
    expect(sharedNoise([point(0, clusters), point(1, clusters)])?.units).toBe(60);
  });

  it("is null where no two points share images", () => {
    const alone = (i: number) => [outcomesOf(rows[i] as boolean[], { images: `set ${i}` })];
    const apart = [0, 1, 2].map((i) => ({ x: alone(i), y: alone(i) }));
    expect(sharedNoise(apart)).toBeNull();
    expect(noiseOf(apart)).toEqual({ noise: null, model: "independent" });
    expect(noiseOf([point(0), point(1)]).model).toBe("shared-images");
    expect(noiseOf([point(0, clusters), point(1, clusters)]).model).toBe("shared-clusters");
    expect(noiseOf([point(0), undefined])).toEqual({ noise: null, model: "independent" });
    expect(noiseOf([])).toEqual({ noise: null, model: "independent" });
  });

  it("has no correlation with an accuracy without errors: all right", () => {
    const perfect = [outcomesOf((rows[0] as boolean[]).map(() => true))];
    expect(errorCorrelation(perfect, point(1).x)).toBe(0);
    expect(accuracyVariance(perfect)).toBe(0);
  });

  it("is 1 of two checkpoints that get the same images right", () => {
    const twin = outcomesOf(rows[1] as boolean[]);
    expect(errorCorrelation(point(1).x, [twin])).closeTo(1, 1e-12);
  });

  it("stays out of JSON", () => {
    expect(JSON.stringify({ outcomes: images[0], n: 1 })).toBe('{"n":1}');
  });
});
