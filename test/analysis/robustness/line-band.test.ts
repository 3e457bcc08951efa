import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { FitScale } from "../../../src/analysis/lines/fit-scale.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import { lineBand } from "../../../src/analysis/robustness/line-band.ts";
import { predictAt } from "../../../src/analysis/robustness/prediction.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { fixtures } from "../../helpers.ts";
import { DELTA } from "./expected.ts";

/** shift, scale, accuracy, [line, confidence low, high, prediction low, high, the same at 0.05 / 600]: made by make-bands.py */
type Band = [string, FitScale, number, [number, number, number, number, number, number, number]];
const bands: Band[] = JSON.parse(readFileSync(join(fixtures, "robustness", "bands.json"), "utf8"));

it("gives line, confidence band and prediction band as numpy and scipy do", async () => {
  const openai = await readBaseline("openai-clip");
  expect(bands.length).toBe(36);
  for (const [shift, scale, accuracy, expected] of bands) {
    const { lines } = studyRobustness(openai.rows, openai, { scale });
    const fit = lines.find(({ benchmark }) => benchmark === shift)?.fit;
    if (fit === undefined) throw new Error(`${shift} has no line`);
    const band = lineBand(fit, accuracy);
    const ends = predictAt(fit, accuracy, { images: null, idImages: null }).endsAt(0.05 / 600);
    const found = [
      ...[band.expectedAccuracy, band.confidenceLow, band.confidenceHigh],
      ...[band.predictionLow, band.predictionHigh],
      ...[ends.low ?? 0, ends.high ?? 1],
    ];
    found.forEach((value, i) => {
      // The prediction is integrated on two grids; beyond 0 and 1 one image of 7,500 is 1.3e-4
      const delta = i < 3 ? DELTA : 2e-4;
      expect(value, `${shift} ${scale} at ${accuracy}, number ${i}`).closeTo(expected[i] as number, delta);
    });
    expect(band.extrapolated).toBe(accuracy < fit.idMin || accuracy > fit.idMax);
    const [predicted] = effectiveRobustness(fit, [{ model: "new", idAccuracy: accuracy, accuracy: 0.5 }]);
    expect(predicted?.predictionLow, "of a model whose images are not known").closeTo(band.predictionLow, DELTA);
  }
});
