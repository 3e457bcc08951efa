import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCounts } from "../../../src/evaluation/results/metrics-checks.ts";
import { formatMetrics, metricsRecord, parseMetrics } from "../../../src/evaluation/results/metrics-file.ts";
import type { PredictionCounts } from "../../../src/evaluation/scoring/metrics/metric.ts";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";

const key = { checkpoint: "a", benchmark: "imagenet", protocol: "1000", templates: "t", class_names: "c" };
const counted = (metric: string, correct: number, n: number) => ({
  ...{ metric, value: correct / n, correct, n },
  ...{ ...binomialInterval(correct, n), interval: "clopper-pearson" },
});
const recall = (n: number) => ({
  ...{ metric: "mean_per_class_recall", value: 0.5, correct: null, n },
  ...{ low: 0.4, high: 0.6, interval: "korn-graubard" },
});
const file = (correct = 55, n = 100) => ({
  ...{ schema: 1, ...key, n, expected_n: 50_000 },
  metrics: [counted("top1", correct, n), counted("top5", Math.min(n, correct + 20), n), recall(n)],
});
const parse = (content: unknown) => parseMetrics(JSON.stringify(content, null, 2), "metrics.json");

describe("metrics.json", () => {
  it("is read back unchanged for any counts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const content = file(Math.round(share * n), n);
        const result = parse(content);
        expect(metricsRecord(result)).toEqual(content);
        expect(parseMetrics(formatMetrics(result), "m")).toEqual(result);
      }),
      { seed: 15, numRuns: 200 },
    );
  });

  it("keeps metrics and intervals that a later version adds", () => {
    const later = { ...recall(100), metric: "worst_group", interval: "bootstrap" };
    expect(parse({ ...file(), metrics: [...file().metrics, later] }).metrics).toHaveLength(4);
  });

  it("is refused if any of its figures was changed", () => {
    const fields = ["value", "correct", "n", "low", "high"] as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(0, 1),
        fc.constantFrom(...fields),
        fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
        (n, share, which, field, by) => {
          const content = file(Math.round(share * (n - 1)), n);
          const metric = content.metrics[which] as unknown as Record<string, number>;
          const old = metric[field] as number;
          metric[field] =
            Number.isInteger(old) && field !== "value" && old > 1 ? old + 1 : old + (old < 0.5 ? by : -by);
          expect(() => parse(content)).toThrow(/^metrics\.json: /);
        },
      ),
      { seed: 15, numRuns: 500 },
    );
  });

  it.each([
    [
      "an accuracy that its counts do not make",
      (c: ReturnType<typeof file>) => Object.assign(c.metrics[0] as object, { value: 0.99, high: 1 }),
      /top1 is 0\.99, but 55 of 100 images right are 0\.55$/,
    ],
    [
      "more right than there are images",
      (c) => Object.assign(c.metrics[0] as object, { correct: 101, value: 1, high: 1 }),
      /top1 has 101 of 100 images right/,
    ],
    ["top-5 below top-1", (c) => (c.metrics[1] = counted("top5", 40, 100)), /top5 has 40 images right, top1 55/],
    ["a metric twice", (c) => c.metrics.push(counted("top1", 99, 100)), /top1 appears twice/],
    ["a count over other images", (c) => (c.metrics[0] = counted("top1", 5, 9)), /top1 has 9 images, but n is 100/],
    ["an interval beside the value", (c) => ((c.metrics[2] as { low: number }).low = 0.55), /outside its interval/],
    ["percent", (c) => ((c.metrics[2] as { value: number }).value = 55), /metrics\.2\.value: /],
    ["no images", (c) => (c.n = 0), /n: /],
    ["more images than there can be", (c) => (c.n = 1e12), /n: /],
    ["a number as text", (c) => ((c.metrics[0] as unknown as { value: string }).value = "0.55"), /metrics\.0\.value: /],
    ["no metric", (c) => (c.metrics = []), /metrics: /],
    ["no name", (c) => (c.checkpoint = ""), /checkpoint: /],
    ["top-1 without a count", (c) => ((c.metrics[0] as { correct: null }).correct = null), /top1 has no number/],
    ["another schema", (c) => (c.schema = 2), /schema: not a metrics file of schema 1/],
  ] as [string, (content: ReturnType<typeof file>) => unknown, RegExp][])(
    "is refused with %s",
    (_, change, message) => {
      const content = structuredClone(file());
      change(content);
      expect(() => parse(content)).toThrow(message);
    },
  );

  it("is refused with a duplicate key, if it is torn, and with NaN in place of a number", () => {
    const text = JSON.stringify(file());
    const twice = text.replace('"correct":55', '"correct":99,"correct":55');
    expect(() => parseMetrics(twice, "m")).toThrow(/m: a key appears twice/);
    expect(() => parseMetrics(text.slice(0, -9), "m")).toThrow(/m: not JSON/);
    expect(() => parseMetrics(text.replace('"value":0.55', '"value":NaN'), "m")).toThrow(/m: not JSON/);
    expect(() => parseMetrics("null", "m")).toThrow(/m: the whole file: /);
    expect(() => parseMetrics(`${"[".repeat(5000)}${"]".repeat(5000)}`, "m")).toThrow(/m: the whole file: /);
  });
});

describe("checkCounts", () => {
  const metrics = parse(file());
  const counts = { n: 100, top1: 55, top5: 75, classes: { n: [50, 50], correct: [25, 25] } };
  const check = (changed: Partial<PredictionCounts>) => () => checkCounts("p.csv", metrics, { ...counts, ...changed });

  it("accepts equal counts, and missing counts", () => {
    expect(check({})).not.toThrow();
    expect(check({ top5: null, classes: null })).not.toThrow();
  });

  it.each([
    [{ n: 99 }, /p\.csv: 55 of 99 images are right, but metrics\.json in the same folder states 55 of 100$/],
    [{ top1: 54 }, /p\.csv: 54 of 100 images are right, but metrics\.json in the same folder states 55 of 100$/],
    [{ top5: 76 }, /p\.csv: 76 of 100 images are right at top-5, but metrics\.json in the same folder states 75$/],
    [
      { classes: { n: [50, 50], correct: [25, 26] } },
      /p\.csv: its mean per-class recall is 0\.51, but metrics\.json in the same folder states 0\.5$/,
    ],
  ])("names what differs: %j", (changed, message) => {
    expect(check(changed)).toThrow(message);
  });

  it("ignores a metric of a later version", () => {
    const later = { ...recall(100), metric: "worst_group", value: 0.45 };
    expect(() => checkCounts("p.csv", { n: 100, metrics: [...metrics.metrics, later] }, counts)).not.toThrow();
  });
});
