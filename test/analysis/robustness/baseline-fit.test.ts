import { describe, expect, it } from "vitest";
import { FIT_SCALES } from "../../../src/analysis/lines/fit-scale.ts";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { leaveOneOut } from "../../../src/analysis/robustness/influence.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { DELTA, expectedValues, LINE_FIELDS } from "./expected.ts";

const point = (model: string, idAccuracy: number, accuracy: number) => ({ model, idAccuracy, accuracy });

describe("the lines of published baselines", () => {
  it.each(FIT_SCALES)(
    "of the nine OpenAI models are scipy's on the %s scale, on five shifts and their average",
    async (scale) => {
      const baseline = await readBaseline("openai-clip");
      const { lines } = studyRobustness(baseline.rows, baseline, { scale });
      expect(lines).toHaveLength(6);
      for (const line of lines) {
        const expected = expectedValues.openai[line.benchmark]?.[scale];
        for (const field of LINE_FIELDS) {
          expect(line.fit[field], `${line.benchmark} ${field}`).closeTo(expected?.[field] as number, DELTA);
        }
        expect([line.idSide, line.group, line.fit.idMin, line.fit.idMax]).toEqual([
          "imagenet",
          "openai",
          0.5982,
          0.7656,
        ]);
      }
    },
  );

  it.each([
    ["imagenet-v2", 0.9704, -0.2695, 0.996],
    ["imagenet-r", 1.9895, -0.3138, 0.988],
    ["imagenet-sketch", 1.2472, -1.0381, 0.989],
    ["imagenet-a", 3.0466, -2.4, 0.993],
    ["objectnet", 1.6936, -1.0708, 0.991],
  ])("of the nine OpenAI models on %s are the ones known", async (benchmark, slope, intercept, r2) => {
    const baseline = await readBaseline("openai-clip");
    const fit = studyRobustness(baseline.rows, baseline).lines.find((line) => line.benchmark === benchmark)?.fit;
    // As many digits as are published
    expect(fit?.slope).closeTo(slope, 5e-5);
    expect(fit?.intercept).closeTo(intercept, 5e-5);
    expect(fit?.r2).closeTo(r2, 5e-4);
  });

  it("of the testbed's standard models are scipy's by the testbed's own rules, two pieces for ImageNet-A", async () => {
    const baseline = await readBaseline("imagenet-testbed");
    const { lines } = studyRobustness(baseline.rows, baseline);
    for (const [benchmark, idSide, expected] of expectedValues.testbed) {
      const found = lines.filter(
        (line) => line.benchmark === benchmark && line.idSide === idSide && line.fit.n === expected.n,
      );
      expect(found, `${benchmark} on ${idSide}`).toHaveLength(1);
      for (const field of LINE_FIELDS) {
        expect(found[0]?.fit[field], `${benchmark} ${field}`).closeTo(expected[field], DELTA);
      }
      expect(found[0]?.policy).toContain("no names with aws; batch64; subsample");
    }
    expect(expectedValues.testbed.map(([, , line]) => line.n)).toEqual([85, 85, 80, 85, 33, 51]);
    const pieces = lines.filter((line) => line.idSide === "imagenet@imagenet-a");
    expect(pieces.map((line) => line.policy.split(" | ")[1])).toEqual([
      "x >= 0.75, x < 0.9186, without resnet50, no names with aws; batch64; subsample",
      "x >= 0.9186, without resnet50, no names with aws; batch64; subsample",
    ]);
  });

  it("without one model are what refitting the others gives", async () => {
    const baseline = await readBaseline("openai-clip");
    for (const { benchmark, fit } of studyRobustness(baseline.rows, baseline).lines) {
      for (const influence of leaveOneOut(fit)) {
        const expected = expectedValues.without[benchmark]?.[influence.model];
        expect(influence.slopeWithout, `${benchmark} without ${influence.model}`).closeTo(
          expected?.[0] as number,
          DELTA,
        );
        expect(influence.interceptWithout, `${benchmark} without ${influence.model}`).closeTo(
          expected?.[1] as number,
          DELTA,
        );
        expect(influence.largestChange).toBeGreaterThan(0);
      }
    }
  });
});

describe("fitBaseline", () => {
  it("leaves out models at exactly 0 or 1 and lists them, where the scale is infinite there", () => {
    const points = [
      point("a", 0.5, 0.3),
      point("b", 0.6, 0),
      point("c", 0.7, 0.5),
      point("d", 1, 0.9),
      point("e", 0.8, 0.6),
    ];
    const fit = fitBaseline(Object.freeze(points));
    expect(fit.dropped).toEqual(["b", "d"]);
    expect(fit.models.map((point) => point.model)).toEqual(["a", "c", "e"]);
    expect(fitBaseline(points, { scale: "probit" }).dropped).toEqual(["b", "d"]);
    expect(fitBaseline(points, { scale: "linear" })).toMatchObject({ dropped: [], n: 5 });
  });

  it("refuses too few models, equal x, percentages and values that are not numbers", () => {
    const two = [point("a", 0.5, 0.3), point("b", 0.6, 0.4)];
    expect(() => fitBaseline(two)).toThrow("at least three models with both accuracies, got 2");
    expect(() => fitBaseline([...two, point("c", 0.7, 0)])).toThrow(/got 2 \(left out, being exactly 0 or 1: c\)/);
    const equal = [point("a", 0.5, 0.3), point("b", 0.5, 0.4), point("c", 0.5, 0.5)];
    expect(() => fitBaseline(equal)).toThrow("different in-distribution accuracies, got 0.5 for all 3 models");
    expect(() => fitBaseline([...two, point("c", 63.3, 0.5)])).toThrow(/c: expected accuracies as fractions.*63\.3/);
    expect(() => fitBaseline([...two, point("c", 0.7, Number.NaN)])).toThrow(/c: expected accuracies.*NaN/);
    expect(() => fitBaseline(two, { scale: "log" as "logit" })).toThrow(
      /unknown scale "log"; known: logit, probit, linear/,
    );
  });

  it("has no line without a model where three are too few, or the others have equal x", () => {
    const three = fitBaseline([point("a", 0.5, 0.3), point("b", 0.6, 0.4), point("c", 0.7, 0.45)]);
    expect(leaveOneOut(three).map((influence) => influence.slopeWithout)).toEqual([null, null, null]);
    const lone = fitBaseline([point("a", 0.5, 0.3), point("b", 0.5, 0.4), point("c", 0.5, 0.35), point("d", 0.7, 0.5)]);
    expect(leaveOneOut(lone).map((influence) => influence.slopeWithout === null)).toEqual([false, false, false, true]);
  });
});
