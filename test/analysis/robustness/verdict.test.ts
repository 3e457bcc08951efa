import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { coverExtrapolated } from "../../../src/analysis/robustness/covering-baselines.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { assignVerdicts, testedRows, type UntestedRow } from "../../../src/analysis/robustness/verdict.ts";
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
      for (const { predictionP: p } of rows) if ((p as number) < 0.05) single++;
      tests += rows.length;
      const judged = assignVerdicts(rows as unknown as UntestedRow[]);
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
      const remaining = { ...openai, rows: openai.rows.filter(({ checkpoint }) => checkpoint !== model) };
      const left = openai.rows.filter(({ checkpoint }) => checkpoint === model);
      return studyRobustness(left, remaining).rows.filter(({ benchmark }) => !/^(average|mean)/.test(benchmark));
    });
    expect(rows).toHaveLength(45);
    // Intervals from finite images alone exclude 0 for several rows
    expect(rows.filter(({ low, high }) => (low as number) > 0 || (high as number) < 0).length).toBeGreaterThan(5);
    expect(assignVerdicts(rows).filter(({ verdict }) => verdict === "above" || verdict === "below")).toEqual([]);
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
    // The ends that do not depend on other rows are those of Holm's first step: a p of 0.05 / tests
    const level = 0.05 / tested.length;
    const beyond = (row: (typeof rows)[number]) =>
      row.effectiveRobustness < (row.decisionLow ?? -1) || row.effectiveRobustness > (row.decisionHigh ?? 1);
    for (const row of tested) expect(beyond(row), row.checkpoint).toBe((row.predictionP as number) < level);
    expect(tested.filter(beyond).length).toBeGreaterThan(10);
    for (const { verdict } of tested.filter(beyond)) expect(["above", "below"]).toContain(verdict);
    const untested = rows.filter((row) => !tested.includes(row));
    for (const { decisionLow, decisionHigh } of untested) expect([decisionLow, decisionHigh]).toEqual([null, null]);
  });
});

describe("the probability of any distance", () => {
  it("never makes a NaN of a model's figures, on any scale, at 0 and 1, of any or an unknown number of images", () => {
    const inner = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    const idAccuracy = fc.oneof(fc.constantFrom(0, 0.5, 1), inner);
    const accuracy = fc.oneof(fc.constantFrom(0, 1e-9, 0.5, 1 - 1e-9, 1), inner);
    const images = fc.constantFrom(null, 1, 64, 50_000);
    const point = fc.record({ model: fc.constant("m"), idAccuracy, accuracy, idImages: images, images });
    const scale = fc.constantFrom("logit" as const, "probit" as const, "linear" as const);
    fc.assert(
      fc.property(scale, fc.array(point, { minLength: 5, maxLength: 7 }), point, (on, models, added) => {
        const inside = models.filter(({ idAccuracy, accuracy: y }) => [idAccuracy, y].every((p) => p > 0 && p < 1));
        fc.pre(new Set(inside.map(({ idAccuracy }) => idAccuracy)).size > 2);
        fc.pre(on === "linear" || (added.idAccuracy > 0 && added.idAccuracy < 1));
        const [figures] = effectiveRobustness(fitBaseline(models, { scale: on }), [added]);
        const { predictionP: p, ...otherFigures } = figures as NonNullable<typeof figures>;
        expect(Object.values(otherFigures).some(Number.isNaN)).toBe(false);
        expect(p === null || (p >= 0 && p <= 1)).toBe(true);
      }),
      { seed: 19, numRuns: 300 },
    );
  });

  it("is unknown if the line's models are exactly on it, or for 0 and 1 on an unknown number of images", () => {
    const line = [0.5, 0.6, 0.7].map((x) => ({ model: `${x}`, idAccuracy: x, accuracy: x - 0.1 }));
    const [onLine] = effectiveRobustness(fitBaseline(line, { scale: "linear" }), [
      { model: "m", idAccuracy: 0.55, accuracy: 0.5 },
    ]);
    expect(onLine?.predictionP).toBeNull();
    const fit = fitBaseline(pointsOfOneKind(seededRandom(4), MODELS));
    for (const accuracy of [0, 1]) {
      expect(effectiveRobustness(fit, [{ model: "m", idAccuracy: 0.6, accuracy }])[0]?.predictionP).toBeNull();
      expect(
        effectiveRobustness(fit, [{ model: "m", idAccuracy: 0.6, accuracy, images: 99 }])[0]?.predictionP,
      ).toBeLessThan(0.05);
    }
  });
});

describe("Holm's family", () => {
  it("is, for a baseline that covers extrapolated rows, the rows that are shown of it", async () => {
    const [openai, zoo] = await Promise.all([readBaseline("openai-clip"), readBaseline("openclip")]);
    const rows = ["imagenet", "imagenet-r", "imagenet-sketch"].map((benchmark) => ({
      ...(zoo.rows.find(
        (row) => row.benchmark === benchmark && row.checkpoint === "RN50/cc12m",
      ) as (typeof zoo.rows)[number]),
      checkpoint: "mine",
      accuracy: 0.4,
    }));
    const onlyR = { ...openai, rows: openai.rows.filter(({ benchmark }) => /^imagenet(-r)?$/.test(benchmark)) };
    const covered = coverExtrapolated(
      studyRobustness(
        rows.map(({ doubt: _, ...row }) => row),
        onlyR,
      ),
      [zoo],
      {},
    );
    expect(covered.map(({ benchmark }) => benchmark)).toEqual(["imagenet-r"]);
    expect(covered[0]?.predictionPHolm).toBe(covered[0]?.predictionP);
  });

  it("includes a model of other lines of the baseline that is not in this line", async () => {
    const openai = await readBaseline("openai-clip");
    const isLeftOut = ({ checkpoint, benchmark }: { checkpoint: string; benchmark: string }) =>
      checkpoint === "ViT-B-16/openai" && benchmark === "imagenet-r";
    const study = studyRobustness(openai.rows, { ...openai, rows: openai.rows.filter((row) => !isLeftOut(row)) });
    expect(study.rows.find(isLeftOut)?.verdict).toBe("within");
    expect(
      study.rows.filter(({ checkpoint, verdict }) => checkpoint === "ViT-B-16/openai" && verdict === "in-baseline"),
    ).toHaveLength(4);
    expect(study.rows.every((row) => !("isMember" in row))).toBe(true);
  });
});
