import { describe, expect, it } from "vitest";
import { fitBaseline, intervalLine } from "../../../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import { leaveOneOut } from "../../../src/analysis/robustness/influence.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { parseAccuracies } from "../../../src/evaluation/results/parse-accuracies.ts";
import { binomialAtNormal } from "../../../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";

/** Twelve models on a line of slope 1, of whose 640 images 0.2 % are expected to be right in the middle. */
function rareModels(seed: number): ModelPoint[] {
  const random = createRandomNumbers(seed);
  return Array.from({ length: 12 }, (_, i) => {
    const idAccuracy = 0.2 + 0.05 * i;
    const p = inverseLogit(logit(0.002) + logit(idAccuracy) - logit(0.475) + 0.2 * random.normal());
    const accuracy = binomialAtNormal(random.normal(), 640, p) / 640;
    return { model: `m${i}`, idAccuracy, accuracy, idImages: 50_000, images: 640 };
  });
}

describe("lines of accuracies near 0", () => {
  it("are too flat by least squares, which drops exact zeros, and right on average as binomial lines", () => {
    let [flat, kept, dropped, sets] = [0, 0, 0, 0];
    for (let seed = 1; seed <= 40; seed++) {
      const points = rareModels(seed);
      const plain = fitBaseline(points);
      const binomial = fitBaseline(points, { line: "binomial" });
      expect(binomial.dropped).toEqual([]);
      expect(binomial.n).toBe(12);
      flat += plain.slope;
      kept += binomial.slope;
      dropped += plain.dropped.length;
      sets++;
    }
    expect(dropped / sets).toBeGreaterThan(2);
    expect(flat / sets).toBeLessThan(0.75);
    expect(kept / sets).toBeGreaterThan(0.85);
    expect(kept / sets).toBeLessThan(1.25);
  });

  it("mention --line binomial where a model was dropped, and describe the treatment in the policy", () => {
    const lines = rareModels(3).flatMap(({ model, idAccuracy, accuracy }) => [
      `${model},imagenet,1000,t,${idAccuracy},50000`,
      `${model},imagenet-a,200,t,${accuracy},640`,
    ]);
    const { rows } = parseAccuracies(
      ["checkpoint,benchmark,protocol,templates,accuracy,n", ...lines].join("\n"),
      "a.csv",
    );
    const baseline = { id: "b", rows, rules: { withoutNamesContaining: [], lines: [] }, notes: [] };
    const plain = studyRobustness(rows, baseline);
    expect(plain.notes.find(({ text }) => text.includes("--line binomial"))?.severity).toBe("warning");
    expect(plain.lines[0]?.policy).toMatch(/^0 and 1 dropped: m/);
    const binomial = studyRobustness(rows, baseline, { line: "binomial" });
    expect(binomial.notes.some(({ text }) => text.includes("--line binomial"))).toBe(false);
    expect(binomial.lines[0]?.policy).toBe("0 and 1 kept as counts, x moved inside: none");
    expect(binomial.rows.every(({ line }) => line === "binomial")).toBe(true);
    expect(binomial.rows.some(({ predictionLow }) => predictionLow === 0)).toBe(true);
    expect(leaveOneOut(binomial.lines[0]?.fit as never).every(({ leverage }) => leverage === null)).toBe(true);
  });

  it("are refused as binomial where images are not known, and on other scales", () => {
    const points = rareModels(1);
    const unknown = points.map(({ images: _, ...point }) => point);
    expect(() => fitBaseline(unknown, { line: "binomial" })).toThrow(/needs the number of images \(column n\).*m0/);
    expect(() => fitBaseline(points, { line: "binomial", scale: "probit" })).toThrow(/on the logit scale, got probit/);
    const atEnd = points.map((point, i) => (i === 0 ? { ...point, idAccuracy: 0 } : point));
    expect(fitBaseline(atEnd, { line: "binomial" }).moved).toEqual(["m0"]);
  });
});

describe("lines of x on few images", () => {
  const weak = (images: number, low: number, high: number): ModelPoint[] => {
    const random = createRandomNumbers(11);
    return Array.from({ length: 30 }, (_, i) => {
      const x = low + ((high - low) * i) / 29;
      const idAccuracy = binomialAtNormal(random.normal(), images, x) / images;
      const accuracy = binomialAtNormal(random.normal(), images, inverseLogit(logit(x) - 0.3)) / images;
      return { model: `m${i}`, idAccuracy, accuracy, idImages: images, images };
    });
  };

  it("have a reliability, and below 0.95 a steeper corrected line that the interval is about", () => {
    const fit = fitBaseline(weak(640, 0.18, 0.26));
    expect(fit.reliability).toBeGreaterThan(0.4);
    expect(fit.reliability).toBeLessThan(0.9);
    expect(fit.corrected?.slope).closeTo(fit.slope / (fit.reliability as number), 1e-12);
    const [figures] = effectiveRobustness(fit, [
      { model: "c", idAccuracy: 0.25, accuracy: 0.25, idImages: 640, images: 640 },
    ]);
    const { low, high, correctedRobustness, effectiveRobustness: plain } = figures as NonNullable<typeof figures>;
    expect(correctedRobustness).toBeLessThan(plain);
    expect(low).toBeLessThan(correctedRobustness as number);
    expect(high).toBeGreaterThan(correctedRobustness as number);
  });

  it("have intervals about the corrected line where x is reliable too, and the plain line without a warning", () => {
    const fit = fitBaseline(weak(640, 0.05, 0.3));
    expect(fit.reliability).toBeGreaterThan(0.95);
    expect(fit.reliability).toBeLessThan(0.99);
    expect(intervalLine(fit)).toBe(fit.corrected);
    // At an end of x, measured on endless images, the middle of the interval is not on the plain line, because it
    // includes the errors of x
    const point = { model: "c", idAccuracy: 0.3, accuracy: 0.3, idImages: 1e9, images: 1e9 };
    const [figures] = effectiveRobustness(fit, [point]);
    const { low, high, effectiveRobustness: plain, correctedRobustness } = figures as NonNullable<typeof figures>;
    expect(correctedRobustness).toBeNull();
    expect(((low as number) + (high as number)) / 2).toBeLessThan(plain);
    expect(low).toBeLessThan(plain);
    expect(high).toBeGreaterThan(plain);
    const withoutImages = fitBaseline(weak(640, 0.05, 0.3).map(({ idImages: _, ...rest }) => rest));
    expect(intervalLine(withoutImages)).toBe(withoutImages);
  });

  it("have no interval below 0.3, and nothing corrected where x is reliable or its images unknown", () => {
    const point = { model: "c", idAccuracy: 0.22, accuracy: 0.25, idImages: 640, images: 640 };
    const hopeless = fitBaseline(weak(640, 0.219, 0.221));
    expect(hopeless.corrected).toBeNull();
    expect(effectiveRobustness(hopeless, [point])[0]).toMatchObject({ low: null, high: null, correctedExpected: null });
    const reliable = fitBaseline(weak(50_000, 0.1, 0.4));
    expect(reliable.reliability).toBeGreaterThan(0.99);
    expect(effectiveRobustness(reliable, [point])[0]).toMatchObject({
      correctedExpected: null,
      correctedRobustness: null,
    });
    const unknown = fitBaseline(weak(640, 0.1, 0.4).map(({ idImages: _, ...rest }) => rest));
    expect([unknown.reliability, unknown.corrected, unknown.scatterSd]).toEqual([null, null, null]);
  });
});
