import { describe, expect, it } from "vitest";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { predictionHalfWidth, predictionP } from "../../../src/analysis/robustness/prediction.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { judgeRows, testedRows, type UntestedRow } from "../../../src/analysis/robustness/verdict.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { seededRandom } from "../../seeded-random.ts";

const MODELS = 9;
/** Checkpoints × shifts tested together. */
const ROWS = 30;
const RUNS = 2000;

/** Points about one line on the logit scale, with normal scatter. */
function pointsOfOneKind(random: () => number, count: number): ModelPoint[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, i) => {
    const x = 0.3 + random();
    return { model: `${i}`, idAccuracy: inverseLogit(x), accuracy: inverseLogit(1.7 * x - 0.9 + 0.1 * normal()) };
  });
}

describe("verdicts of models of the baseline's own kind", () => {
  it("are 'above' or 'below' in 5 % of single tests, and of any among thirty in at most 5 % of inputs", () => {
    const random = seededRandom(19);
    let [single, family, tests] = [0, 0, 0];
    for (let run = 0; run < RUNS; run++) {
      const fit = fitBaseline(pointsOfOneKind(random, MODELS));
      const rows = effectiveRobustness(fit, pointsOfOneKind(random, ROWS));
      for (const { predictionP: p } of rows) if (p < 0.05) single++;
      tests += rows.length;
      const judged = judgeRows(rows as unknown as UntestedRow[], () => false);
      if (judged.some(({ verdict }) => verdict === "above" || verdict === "below")) family++;
    }
    // 5 % within three standard errors of as many runs; the thirty rows share a line, so they count as one
    const error = 3 * Math.sqrt((0.05 * 0.95) / RUNS);
    expect(single / tests).closeTo(0.05, error);
    expect(family / RUNS).toBeLessThan(0.05 + error);
    expect(family / RUNS).toBeGreaterThan(0.005);
  });

  it("are not given to the OpenAI models, each left out of its line in turn", async () => {
    const openai = await readBaseline("openai-clip");
    const models = [...new Set(openai.rows.map(({ checkpoint }) => checkpoint))];
    const rows = models.flatMap((model) => {
      const others = { ...openai, rows: openai.rows.filter(({ checkpoint }) => checkpoint !== model) };
      const left = openai.rows.filter(({ checkpoint }) => checkpoint === model);
      return studyRobustness(left, others).rows.filter(({ benchmark }) => !/^(average|mean)/.test(benchmark));
    });
    expect(rows).toHaveLength(45);
    // What was said to be "more than chance" until now: an interval of finite images alone
    expect(rows.filter(({ low, high }) => (low as number) > 0 || (high as number) < 0).length).toBeGreaterThan(5);
    expect(judgeRows(rows, () => false).filter(({ verdict }) => verdict === "above" || verdict === "below")).toEqual(
      [],
    );
  });
});

describe("a verdict", () => {
  it("is given neither outside the line's accuracies, nor to its models, nor to doubtful rows", async () => {
    const [openai, zoo] = await Promise.all([readBaseline("openai-clip"), readBaseline("openclip")]);
    const { rows } = studyRobustness(zoo.rows, openai);
    const of = (name: string) => rows.filter(({ checkpoint }) => checkpoint === name);
    const verdicts = (name: string) => new Set(of(name).map(({ verdict }) => verdict));
    expect(verdicts("ViT-B-32/openai")).toEqual(new Set(["in-baseline", "not-tested"]));
    expect(verdicts("ViT-B-32/laion400m_e32")).toEqual(new Set(["not-ranked"]));
    expect(verdicts("ViT-H-14-378-quickgelu/dfn5b")).toEqual(new Set(["extrapolated", "not-tested"]));
    expect(verdicts("ViT-B-32/laion2b_s34b_b79k")).toEqual(new Set(["above", "below", "within", "not-tested"]));
    const tested = rows.filter(({ verdict }) => ["above", "below", "within"].includes(verdict));
    expect(testedRows(rows)).toBe(tested.length);
    expect(tested.every((row) => (row.predictionPHolm as number) >= (row.predictionP as number))).toBe(true);
    expect(tested.every(({ extrapolated }) => !extrapolated)).toBe(true);
  });

  it("is from the line alone where the accuracy is exactly 0, half an image from there", () => {
    const random = seededRandom(3);
    const fit = fitBaseline(pointsOfOneKind(random, MODELS).map((point) => ({ ...point, images: 50, idImages: 50 })));
    const point = { model: "none right", idAccuracy: 0.6, images: 4, idImages: 50_000 };
    const [zero] = effectiveRobustness(fit, [{ ...point, accuracy: 0 }]);
    const [half] = effectiveRobustness(fit, [{ ...point, accuracy: 0.1 }]);
    expect(zero?.predictionP).closeTo(half?.predictionP as number, 1e-9);
  });
});

describe("the probability of a distance", () => {
  it("is that of the interval that ends there", () => {
    for (const noiseSd of [0, 0.05, 1]) {
      const error = { scatterSe: 0.1, degreesOfFreedom: 7, noiseSd };
      for (const p of [0.9, 0.05, 1e-3, 1e-9]) {
        expect(predictionP(error, predictionHalfWidth(error, p)) / p).closeTo(1, 1e-8);
      }
      expect(predictionP(error, 0)).closeTo(1, 1e-9);
      expect(predictionP(error, Number.POSITIVE_INFINITY)).toBe(0);
    }
  });
});
