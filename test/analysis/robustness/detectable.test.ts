import { describe, expect, it } from "vitest";
import type { FitScale } from "../../../src/analysis/lines/fit-scale.ts";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { detectableAccuracies } from "../../../src/analysis/robustness/detectable.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { testedRows } from "../../../src/analysis/robustness/verdict.ts";
import { binomialAtNormal } from "../../../src/foundation/statistics/binomial-draw.ts";
import { binomialUpperTail } from "../../../src/foundation/statistics/binomial-tail.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";

const WAVE = [1, -0.8, -0.9, 1.1, 0.4, -1.2, 0.9, -0.5];
const POWER = 0.8;

/** A line of eight models, whose points scatter by 0.05 on the logit scale. */
function line(scale: FitScale, middle = 0) {
  const models = WAVE.map((wave, i): ModelPoint => {
    const x = -1 + 0.3 * i;
    const accuracy = inverseLogit(middle + x + 0.05 * wave);
    return { model: `${i}`, idAccuracy: inverseLogit(x), accuracy, images: 10_000, idImages: 50_000 };
  });
  return fitBaseline(models, { scale });
}

describe("the minimum detectable effective robustness", () => {
  it.each([
    ["logit", 10_000, 50_000, 0.01, 0, 2500],
    ["logit", 640, 640, 0.05 / 18, 0, 2500],
    ["probit", 1500, 2500, 0.05, -1.5, 300],
    ["linear", 10_000, 10_000, 0.01, 0, 300],
  ] as const)(
    "is detected with a power of 0.8: %s, %i images, %i in distribution, level %d",
    (scale, images, idImages, level, middle, draws) => {
      const fit = line(scale, middle);
      const idAccuracy = 0.5;
      const random = createRandomNumbers(3);
      const measured = (p: number, n: number) => binomialAtNormal(random.normal(), n, p) / n;
      const place = (x: number, y: number) =>
        effectiveRobustness(fit, [{ model: "m", idAccuracy: x, accuracy: y, images, idImages }])[0] as ReturnType<
          typeof effectiveRobustness
        >[number];
      const at = place(idAccuracy, idAccuracy);
      const truth = at.detectable(at.predictionEnds(level));
      const tolerance = 3 * Math.sqrt((POWER * (1 - POWER)) / draws);
      for (const side of ["low", "high"] as const) {
        const accuracy = truth[side];
        if (accuracy === null) continue;
        let called = 0;
        for (let i = 0; i < draws; i++) {
          const row = place(measured(idAccuracy, idImages), measured(accuracy, images));
          const isOnSide = side === "high" ? row.effectiveRobustness > 0 : row.effectiveRobustness < 0;
          if (isOnSide && (row.predictionP as number) < level) called++;
        }
        expect(called / draws, side).toBeGreaterThan(POWER - tolerance);
        expect(called / draws, side).toBeLessThan(POWER + tolerance);
      }
      expect(truth.low === null && truth.high === null).toBe(false);
    },
  );

  it("is no accuracy above 1", () => {
    const on = { scale: "linear", images: 333.3, expectedSd: 0 } as const;
    expect(detectableAccuracies({ low: 0.99996, high: null }, on)).toEqual({ low: null, high: null });
  });

  it("is the binomial's of the count needed where x is known without error", () => {
    const { low, high } = detectableAccuracies({ low: 0.3, high: 0.4 }, { scale: "logit", images: 200, expectedSd: 0 });
    // More than 80 of 200, fewer than 60
    expect(binomialUpperTail(81, 200, high as number)).closeTo(POWER, 1e-3);
    expect(binomialUpperTail(200 - 59, 200, 1 - (low as number))).closeTo(POWER, 1e-3);
  });

  it("is none where there is no end, or no count beyond it", () => {
    const on = { scale: "logit", images: 10, expectedSd: 0.01 } as const;
    expect(detectableAccuracies({ low: null, high: null }, on)).toEqual({ low: null, high: null });
    expect(detectableAccuracies({ low: 0, high: 1 }, on)).toEqual({ low: null, high: null });
    const { high } = detectableAccuracies({ low: null, high: 0.95 }, on); // all ten
    expect(high).closeTo(POWER ** 0.1, 1e-3);
  });

  it("is farther than the distance for a verdict, and exists exactly for tested rows", async () => {
    const [openai, zoo] = await Promise.all([readBaseline("openai-clip"), readBaseline("openclip")]);
    const { rows } = studyRobustness(zoo.rows, openai);
    const tested = rows.filter((row) => row.predictionPHolm !== null);
    expect(tested.length).toBe(testedRows(rows));
    for (const { decisionLow, detectableLow, decisionHigh, detectableHigh } of tested) {
      expect(detectableLow === null || detectableLow < (decisionLow as number)).toBe(true);
      expect(detectableHigh === null || detectableHigh > (decisionHigh as number)).toBe(true);
    }
    for (const row of rows.filter((candidate) => !tested.includes(candidate)))
      expect([row.detectableLow, row.detectableHigh]).toEqual([null, null]);
  });
});
