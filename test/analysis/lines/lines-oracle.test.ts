import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCorrectedFit } from "../../../src/analysis/lines/corrected-fit.ts";
import { commonLine, groupLines, type LineTerms } from "../../../src/analysis/lines/line-terms.ts";
import { scalePoints } from "../../../src/analysis/lines/scaled-points.ts";
import { scatterVariances } from "../../../src/analysis/lines/scatter.ts";
import { testTerms } from "../../../src/analysis/lines/test-terms.ts";
import { fixtures } from "../../helpers.ts";

interface ExpectedTest {
  readonly statistic: number;
  readonly p: number;
}
type Model = "separate" | "parallel" | "common";

/** Made by test/fixtures/lines/make-expected.py with numpy. */
const expected: {
  readonly images: number;
  readonly groups: number[];
  readonly x: number[];
  readonly y: number[];
  readonly fits: Record<Model, Record<"slopes" | "residuals" | "freedoms" | "scatter", number[]>>;
  readonly replicates: number;
  readonly slopes: ExpectedTest;
  readonly heights: ExpectedTest;
} = JSON.parse(readFileSync(join(fixtures, "lines", "expected.json"), "utf8"));

const { groups, images } = expected;
const points = expected.x.map((x, i) => ({ x, y: expected.y[i] as number, xImages: images, yImages: images }));
const models: Record<Model, LineTerms> = {
  separate: groupLines(groups, "separate"),
  parallel: groupLines(groups, "parallel"),
  common: commonLine(points.length),
};

describe("lines with errors in x", () => {
  it.each(Object.keys(models) as Model[])("are fitted as numpy does: %s", (name) => {
    const scaled = scalePoints(points, "logit");
    const fit = createCorrectedFit(models[name], points.length);
    fit.fit(scaled);
    const scatter = scatterVariances(fit, scaled, Int32Array.from(groups), 4);
    for (const [values, of] of [
      [fit.slopes, "slopes"],
      [fit.residuals, "residuals"],
      [fit.freedoms, "freedoms"],
      [scatter, "scatter"],
    ] as const) {
      const wanted = expected.fits[name][of];
      expect(values).toHaveLength(wanted.length);
      for (const [i, value] of values.entries()) expect(value, `${of} ${i}`).closeTo(wanted[i] as number, 1e-9);
    }
  });

  it("are tested as a simulation in numpy does, within Monte Carlo error", () => {
    const options = { scale: "logit", scatterGroups: groups, replicates: 3999 } as const;
    for (const [full, reduced, wanted] of [
      ["separate", "parallel", expected.slopes],
      ["parallel", "common", expected.heights],
    ] as const) {
      const { statistic, p } = testTerms(points, models[full], models[reduced], options);
      expect(statistic).closeTo(wanted.statistic, 1e-9 * wanted.statistic);
      // Four standard errors of the two shares: another seed passes too
      const variance = wanted.p * (1 - wanted.p) * (1 / options.replicates + 1 / expected.replicates);
      expect(p).closeTo(wanted.p, 4 * Math.sqrt(variance));
    }
  });

  it("keep an accuracy of 0, and refuse one on an unknown number of images", () => {
    expect(points.some(({ x }) => x === 0)).toBe(true);
    const unknown = points.map((point) => ({ ...point, xImages: Number.POSITIVE_INFINITY }));
    expect(() => scalePoints(unknown, "logit")).toThrow(/point 0: an accuracy of 0 is infinite/);
  });
});
