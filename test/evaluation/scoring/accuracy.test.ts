import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { accuracyMetrics, type Metric, perClassRecall } from "../../../src/evaluation/scoring/accuracy.ts";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { stratifiedInterval } from "../../../src/foundation/statistics/stratified-interval.ts";

interface ExpectedRun {
  readonly name: string;
  readonly classCount: number;
  readonly k: number;
  readonly labels: number[];
  readonly top: number[];
  readonly top1: number;
  readonly top1Interval: [number, number];
  readonly top5: number | null;
  readonly top5Interval: [number, number] | null;
  readonly meanPerClassRecall: number;
}

/** What sklearn and scipy say, made by test/fixtures/statistics/make-accuracy.py. */
const EXPECTED: { runs: ExpectedRun[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics/accuracy.json", import.meta.url), "utf8"),
);

describe.each(EXPECTED.runs)("accuracyMetrics of a run with $name", (run) => {
  const labels = Int32Array.from(run.labels);
  const metrics = accuracyMetrics(labels, Int32Array.from(run.top), run.k, run.classCount);
  const metric = (name: string) => metrics.find((entry) => entry.metric === name);

  function expectClopperPearson(actual: Metric | undefined, value: number, interval: [number, number]): void {
    expect(actual).toMatchObject({ value, correct: Math.round(value * labels.length), n: labels.length });
    expect(actual?.interval).toBe("clopper-pearson");
    expect(actual?.low).closeTo(interval[0], 1e-11); // relative error of the beta quantile
    expect(actual?.high).closeTo(interval[1], 1e-11);
  }

  it("has sklearn's top-1 accuracy, with scipy's Clopper-Pearson interval", () => {
    expectClopperPearson(metric("top1"), run.top1, run.top1Interval);
  });

  it("has sklearn's top-5 accuracy where there are five classes, and none where there are fewer", () => {
    expect(metrics.length).toBe(run.classCount >= 5 ? 3 : 2);
    if (run.top5 === null || run.top5Interval === null) expect(metric("top5")).toBeUndefined();
    else expectClopperPearson(metric("top5"), run.top5, run.top5Interval);
  });

  it("has sklearn's balanced accuracy as mean per-class recall, with the stratified interval", () => {
    const top1 = Int32Array.from(run.labels, (_, i) => run.top[i * run.k] ?? -1);
    const recall = perClassRecall(labels, top1, run.classCount);
    const actual = metrics.at(-1);
    expect(actual).toEqual({
      metric: "mean_per_class_recall",
      value: actual?.value,
      correct: null,
      n: labels.length,
      ...stratifiedInterval(recall.correct, recall.n),
      interval: "korn-graubard",
    });
    expect(actual?.value).closeTo(run.meanPerClassRecall, 1e-15); // summed in another order
  });
});

describe("accuracyMetrics", () => {
  const labels = Int32Array.of(0, 1, 2);

  it("is a top-1 of one and a top-5 that looks at the first five only", () => {
    const top = Int32Array.of(3, 1, 2, 4, 5, 0); // the label is sixth
    const [top1, top5] = accuracyMetrics(Int32Array.of(0), top, 6, 6);
    expect([top1?.correct, top5?.correct]).toEqual([0, 0]);
    expect(top5).toMatchObject(binomialInterval(0, 1));
  });

  it("refuses no image", () => {
    expect(() => accuracyMetrics(new Int32Array(0), new Int32Array(0), 1, 3)).toThrow(
      "accuracy needs at least one image, got none",
    );
  });

  it("refuses predictions of another shape, and too few for top-5", () => {
    expect(() => accuracyMetrics(labels, new Int32Array(5), 2, 3)).toThrow(
      "expected predictions (3, k) with k in 1..3, got 5 numbers for k = 2",
    );
    expect(() => accuracyMetrics(labels, new Int32Array(12), 4, 3)).toThrow(RangeError);
    expect(() => accuracyMetrics(labels, new Int32Array(0), 0, 3)).toThrow(RangeError);
    expect(() => accuracyMetrics(labels, new Int32Array(12), 4, 9)).toThrow(
      "top-5 accuracy needs five predictions an image, got 4",
    );
  });

  it("names the image whose label or prediction is no class", () => {
    expect(() => accuracyMetrics(Int32Array.of(0, 3), new Int32Array(2), 1, 3)).toThrow(
      "image 1: expected a class in 0..2, got 3",
    );
    expect(() => accuracyMetrics(Int32Array.of(0, -1), new Int32Array(2), 1, 3)).toThrow("got -1");
    expect(() => accuracyMetrics(Int32Array.of(0, 1), Int32Array.of(7, 1), 1, 3)).toThrow(
      "image 0: expected a class in 0..2, got 7",
    );
  });
});

describe("perClassRecall", () => {
  it("counts the images of each class and those that are right", () => {
    const recall = perClassRecall(Int32Array.of(0, 0, 0, 2, 2), Int32Array.of(0, 1, 0, 2, 0), 4);
    expect(recall).toEqual({ correct: Int32Array.of(2, 0, 1, 0), n: Int32Array.of(3, 0, 2, 0) });
  });

  it("refuses lists of different length", () => {
    expect(() => perClassRecall(Int32Array.of(0), Int32Array.of(0, 1), 2)).toThrow(
      "expected predictions of 1 images, got 2",
    );
  });
});
