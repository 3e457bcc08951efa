import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ClassSpace } from "../../../src/data/benchmark/class-space.ts";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { computeMetrics } from "../../../src/evaluation/scoring/compute-metrics.ts";
import { labelPredictions } from "../../../src/evaluation/scoring/label-predictions.ts";
import { perClassRecall } from "../../../src/evaluation/scoring/metrics/mean-per-class-recall.ts";
import type { LabeledPredictions, Metric, MetricValue } from "../../../src/evaluation/scoring/metrics/metric.ts";
import { METRICS } from "../../../src/evaluation/scoring/metrics/registry.ts";
import type { Predictions } from "../../../src/evaluation/scoring/predict.ts";
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

/** Results of sklearn and scipy, from test/fixtures/statistics/make-accuracy.py. */
const EXPECTED: { runs: ExpectedRun[] } = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics/accuracy.json", import.meta.url), "utf8"),
);

/** Predictions of images with one correct class each. */
function labeled(labels: Int32Array, top: Int32Array, k: number, classes: number): LabeledPredictions {
  return { labels, top, k, classes, labelCount: classes, isMultiLabel: false };
}

describe.each(EXPECTED.runs)("the metrics of a run with $name", (run) => {
  const labels = Int32Array.from(run.labels);
  const predictions = labeled(labels, Int32Array.from(run.top), run.k, run.classCount);
  const metrics = computeMetrics(predictions);
  const metric = (name: string) => metrics.find((entry) => entry.metric === name);

  function expectClopperPearson(actual: MetricValue | undefined, value: number, interval: [number, number]): void {
    expect(actual).toMatchObject({ value, correct: Math.round(value * labels.length), n: labels.length });
    expect(actual?.interval).toBe("clopper-pearson");
    expect(actual?.low).closeTo(interval[0], 1e-11); // relative error of the beta quantile
    expect(actual?.high).closeTo(interval[1], 1e-11);
  }

  it("has sklearn's top-1 accuracy, with scipy's Clopper-Pearson interval", () => {
    expectClopperPearson(metric("top1"), run.top1, run.top1Interval);
  });

  it("has sklearn's top-5 accuracy with five classes or more, and none with fewer", () => {
    expect(metrics.length).toBe(run.classCount >= 5 ? 3 : 2);
    if (run.top5 === null || run.top5Interval === null) expect(metric("top5")).toBeUndefined();
    else expectClopperPearson(metric("top5"), run.top5, run.top5Interval);
  });

  it("has sklearn's balanced accuracy as mean per-class recall, with the stratified interval", () => {
    const recall = perClassRecall(predictions);
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

describe("computeMetrics", () => {
  const labels = Int32Array.of(0, 1, 2);

  it("uses the first class for top-1 and the first five for top-5", () => {
    const top = Int32Array.of(3, 1, 2, 4, 5, 0); // the label is sixth
    const [top1, top5] = computeMetrics(labeled(Int32Array.of(0), top, 6, 6));
    expect([top1?.correct, top5?.correct]).toEqual([0, 0]);
    expect(top5).toMatchObject(binomialInterval(0, 1));
  });

  it("refuses an empty set of images", () => {
    expect(() => computeMetrics(labeled(new Int32Array(0), new Int32Array(0), 1, 3))).toThrow(
      "accuracy needs at least one image, got none",
    );
  });

  it("refuses predictions of another shape, and too few for top-5", () => {
    expect(() => computeMetrics(labeled(labels, new Int32Array(5), 2, 3))).toThrow(
      "expected predictions (3, k) with k in 1..3, got 5 numbers for k = 2",
    );
    expect(() => computeMetrics(labeled(labels, new Int32Array(12), 4, 3))).toThrow(RangeError);
    expect(() => computeMetrics(labeled(labels, new Int32Array(0), 0, 3))).toThrow(RangeError);
    expect(() => computeMetrics(labeled(labels, new Int32Array(12), 4, 9))).toThrow(
      "top-5 accuracy needs five predictions per image, got 4",
    );
  });

  it("names the image with an invalid label or prediction", () => {
    expect(() => computeMetrics(labeled(Int32Array.of(0, 3), new Int32Array(2), 1, 3))).toThrow(
      "image 1: expected a class in 0..2, got 3",
    );
    expect(() => computeMetrics(labeled(Int32Array.of(0, -1), new Int32Array(2), 1, 3))).toThrow("got -1");
    expect(() => computeMetrics(labeled(Int32Array.of(0, 1), Int32Array.of(7, 1), 1, 3))).toThrow(
      "image 0: expected a class in 0..2, got 7",
    );
  });
});

describe("perClassRecall", () => {
  it("counts the images of each class and those that are right", () => {
    const recall = perClassRecall(labeled(Int32Array.of(0, 0, 0, 2, 2), Int32Array.of(0, 1, 0, 2, 0), 1, 4));
    expect(recall).toEqual({ correct: Int32Array.of(2, 0, 1, 0), n: Int32Array.of(3, 0, 2, 0) });
  });
});

describe("the registry", () => {
  it("has metrics with different names and the figures that they declare", () => {
    expect(METRICS.map(({ id }) => id)).toEqual(["top1", "top5", "mean_per_class_recall"]);
    const figures = computeMetrics(
      labeled(
        Int32Array.of(0, 1, 1),
        Int32Array.from({ length: 15 }, (_, i) => i % 5),
        5,
        6,
      ),
    );
    for (const [i, metric] of METRICS.entries()) {
      expect(figures[i]).toMatchObject({ metric: metric.id, interval: metric.interval, n: 3 });
      expect(figures[i]?.correct === null).toBe(!metric.isCount);
    }
  });

  it("computes a metric that needs metadata if the images have it", () => {
    const worst: Metric = {
      ...(METRICS[0] as Metric),
      id: "worst_group",
      needs: { classes: 1, metadata: ["group"] },
      compute: ({ labels, top }, { group = [] }) => {
        const rights = new Map<string, boolean[]>();
        for (const [i, name] of group.entries()) {
          rights.set(name, [...(rights.get(name) ?? []), labels[i] === top[i]]);
        }
        const values = [...rights.values()].map((all) => all.filter(Boolean).length / all.length);
        return { value: Math.min(...values), correct: null, n: labels.length, low: 0, high: 1, interval: "none" };
      },
    };
    const predictions = labeled(Int32Array.of(0, 1, 0, 1), Int32Array.of(0, 1, 1, 1), 1, 2);
    expect(computeMetrics(predictions, {}, [worst])).toEqual([]);
    expect(computeMetrics(predictions, { group: ["a", "a", "b", "b"] }, [worst])).toMatchObject([
      { metric: "worst_group", value: 0.5 },
    ]);
  });
});

describe("labelPredictions", () => {
  const folders = [0, 1, 2, 2, 3];
  const manifest = { images: { label: (i: number) => folders[i] as number } } as unknown as Manifest;
  const predictions = (k: number, ...top: number[]): Predictions => ({
    images: Int32Array.from(folders.keys()),
    k,
    top: Int32Array.from(top),
    scores: new Float32Array(top.length),
  });
  const space = (accepted: readonly (readonly number[])[], classes: number): ClassSpace => ({
    rows: Array.from({ length: classes }, (_, row) => Int32Array.of(row)),
    accepted,
  });

  it("accepts any of several correct classes, and gives images without one a label beyond the classes", () => {
    const given = predictions(1, 0, 2, 1, 0, 1);
    const found = labelPredictions(manifest, given, space([[0], [1, 2], [], []], 3));
    expect(found).toEqual({
      labels: Int32Array.of(0, 1, 3, 3, 4),
      k: 1,
      top: Int32Array.of(0, 1, 1, 0, 1),
      classes: 3,
      labelCount: 5,
      isMultiLabel: false,
    });
    expect(given.top).toEqual(Int32Array.of(0, 2, 1, 0, 1)); // not changed
    expect(computeMetrics(found).map(({ metric, value }) => [metric, value])).toEqual([
      ["top1", 0.4],
      ["mean_per_class_recall", 0.5],
    ]);
  });

  it("has no top-5 for a protocol of four classes, however many folders have no correct class", () => {
    const top = folders.flatMap(() => [0, 1, 2, 3]);
    const found = labelPredictions(manifest, predictions(4, ...top), space([[0], [1], [], []], 4));
    expect([found.classes, found.labelCount]).toEqual([4, 6]);
    expect(computeMetrics(found).map(({ metric }) => metric)).toEqual(["top1", "mean_per_class_recall"]);
  });
});
