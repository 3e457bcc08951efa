import { describe, expect, it } from "vitest";
import { estimateEffects } from "../../../src/analysis/lines/estimate-effect.ts";
import { testTerms } from "../../../src/analysis/lines/test-terms.ts";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { decideGroups } from "../../../src/analysis/robustness/group-decisions.ts";
import type { GroupComparison } from "../../../src/analysis/robustness/group-lines.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import type { ScalingValues } from "../../../src/analysis/robustness/scaling-columns.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";

const WAVE = [0.9, -0.7, -1, 1.1, 0.4, -1.1, 0.8, -0.4];
const OPTIONS = { scale: "logit", replicates: 499, effectReplicates: 199 } as const;

/** Two groups on one line whose heights rise by 0.3 per doubling; the second's checkpoints saw twice as many samples. */
function world(doublings: (group: number, i: number) => number) {
  const values = new Map<string, readonly number[]>();
  const lines = [0, 1].map((group) =>
    WAVE.map((_, i): ModelPoint => {
      const model = `${group}/${i}`;
      const samples = doublings(group, i);
      values.set(model, [samples]);
      const x = -1 + 0.3 * ((i * 3) % 8);
      const y = -0.5 + x + 0.3 * samples + 0.03 * (WAVE[(i + 3 * group) % 8] as number);
      return { model, idAccuracy: inverseLogit(x), accuracy: inverseLogit(y), images: 50_000, idImages: 50_000 };
    }),
  );
  const comparison: GroupComparison = {
    ...{ benchmark: "shift", protocol: "", templates: "", classNames: "", metric: "top1" },
    ...{ idSide: "id", idMetric: "top1", covariance: null },
    piece: { from: 0, to: 1, words: "" } as GroupComparison["piece"],
    lines: lines.map((points, i) => ({
      group: `${i}`,
      points,
      fit: fitBaseline(points, { scale: "logit" }),
      slopeInterval: { low: 0, high: 0 },
      interceptInterval: { low: 0, high: 0 },
    })),
  };
  const adjust: ScalingValues = { columns: [{ column: "samples", transform: "log2" }], values };
  return { comparison, adjust };
}

const CONFOUNDED = world((group, i) => 8 + group + (i % 3));

describe("heights of groups adjusted for a column", () => {
  it("differ no more where the column explains it, and give the column's effect", () => {
    const { comparison, adjust } = CONFOUNDED;
    const plain = decideGroups([comparison], OPTIONS).decisions[0];
    const adjusted = decideGroups([comparison], { ...OPTIONS, adjust }).decisions[0];
    expect(plain?.verdict).toBe("heights-differ");
    expect(plain?.heights[0]?.effect.estimate).closeTo(0.3, 0.15);
    expect(adjusted?.verdict).toBe("one-line");
    expect(adjusted?.heights[0]?.effect.estimate).closeTo(0, 0.03);
    expect(adjusted?.adjustment?.effects[0]?.estimate).closeTo(0.3, 0.03);
    expect(adjusted?.adjustment?.sameEffects?.p).toBeGreaterThan(0.05);
    expect(plain?.adjustment).toBeNull();
  });

  it("are tests and effects of the engine, the column about its mean among the heights", () => {
    const { comparison, adjust } = CONFOUNDED;
    const found = decideGroups([comparison], { ...OPTIONS, adjust }).decisions[0];
    const models = comparison.lines.flatMap(({ points }) => points);
    const points = models.map((model) => ({
      ...{ x: model.idAccuracy, y: model.accuracy },
      ...{ xImages: 50_000, yImages: 50_000 },
    }));
    const groups = comparison.lines.flatMap(({ points: ofGroup }, g) => ofGroup.map(() => g));
    const samples = models.map(({ model }) => adjust.values.get(model)?.[0] as number);
    const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    const column = samples.map((value) => value - mean);
    const constant = points.map(() => [1]);
    const parallel = { heights: groups.map((g, i) => [1 - g, g, column[i] as number]), slopes: constant };
    const ofGroups = groups.map((g) => [1 - g, g]);
    const options = { scale: "logit", scatterGroups: groups } as const;
    const separate = { ...parallel, slopes: ofGroups };
    expect(found?.tests?.slopes.p).toBe(testTerms(points, separate, parallel, { ...options, replicates: 499 }).p);
    const [difference] = estimateEffects(points, parallel, [{ heights: [-1, 1, 0], slopes: [0] }], {
      ...options,
      replicates: 499, // heights are tested by them
    });
    expect(found?.tests?.heights?.p).toBe(difference?.family.p);
    expect(found?.heights[0]?.effect.estimate).toBe(difference?.estimate);
    expect(found?.heights[0]?.effect.low).toBe(difference?.low);
  });

  it("show where the effect of the column differs between groups", () => {
    const { comparison, adjust } = world((group, i) => (group === 0 ? 8 + (i % 3) : 8 - (i % 3)));
    // The second group's samples, turned around, lower its heights
    const turned = new Map(
      [...adjust.values].map(([name, [value = 0]]) => [name, [name[0] === "1" ? 16 - value : value]]),
    );
    const options = { ...OPTIONS, adjust: { ...adjust, values: turned } };
    expect(decideGroups([comparison], options).decisions[0]?.adjustment?.sameEffects?.p).toBeLessThan(0.01);
  });

  it("are refused where the column does not vary within groups, or leaves too few checkpoints", () => {
    const { comparison, adjust } = world((group) => 8 + group);
    expect(() => decideGroups([comparison], { ...OPTIONS, adjust })).toThrow(
      "samples does not vary within groups, so it has no effect there",
    );
    const few = CONFOUNDED.comparison.lines.map((line, g) => ({ ...line, points: line.points.slice(0, 2 + g) }));
    const options = { ...OPTIONS, adjust: CONFOUNDED.adjust };
    expect(() => decideGroups([{ ...comparison, lines: few }], options)).toThrow(/need more checkpoints, got 5/);
  });
});

describe("heights of groups at an accuracy", () => {
  it("are those of each group's line, whether or not slopes differ, with their differences", () => {
    const { comparison } = CONFOUNDED;
    const at = 0.4;
    const found = decideGroups([comparison], { ...OPTIONS, at }).decisions[0]?.at;
    const expected = comparison.lines.map(({ fit }) => inverseLogit(fit.intercept + fit.slope * logit(at)));
    found?.groups.forEach(({ accuracy, low, high, extrapolated }, g) => {
      expect(accuracy).closeTo(expected[g] as number, 1e-3); // 50,000 images: next to no errors in x
      expect(low < accuracy && accuracy < high).toBe(true);
      expect(extrapolated).toBe(false);
    });
    const [first, second] = found?.groups ?? [];
    const difference = (second?.effect.estimate ?? 0) - (first?.effect.estimate ?? 0);
    expect(found?.differences[0]?.effect.estimate).closeTo(difference, 1e-12);
    expect(decideGroups([comparison], OPTIONS).decisions[0]?.at).toBeNull();
  });

  it("are marked outside the accuracies of a group's checkpoints", () => {
    const of = (at: number) =>
      decideGroups([CONFOUNDED.comparison], { ...OPTIONS, at }).decisions[0]?.at?.groups.map(
        (group) => group.extrapolated,
      );
    expect([of(0.1), of(0.9)]).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(of(inverseLogit(-0.9))).toEqual([false, false]);
  });
});
