import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgreementSet, fitAgreement } from "../../../src/analysis/agreement/agreement-line.ts";
import { studyAgreement } from "../../../src/analysis/agreement/agreement-study.ts";
import { solveAlineD } from "../../../src/analysis/agreement/aline.ts";
import { countAgreement, pairIndex } from "../../../src/analysis/agreement/count-agreement.ts";
import { compareLines, MIN_CHECKPOINTS } from "../../../src/analysis/agreement/line-difference.ts";
import { scaleFunctions } from "../../../src/analysis/lines/fit-scale.ts";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import type { AccuracyRow } from "../../../src/evaluation/results/accuracy-row.ts";
import type { TopClasses } from "../../../src/evaluation/results/top-classes.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { noteLines } from "../../note-lines.ts";

const expected = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/statistics/agreement.json"), "utf8"),
);

const KEY = {
  ...{ benchmark: "imagenet-r", protocol: "200", templates: "openai-80", classNames: "imagenet-openai" },
  ...{ metric: "top1", idSide: "imagenet", idMetric: "top1" },
};

function topClasses(classes: readonly number[], labels: readonly number[], images = "list"): TopClasses {
  const correct = classes.filter((predicted, i) => predicted === labels[i]).length;
  const rows = { n: classes.length, names: images, contents: null };
  return { n: classes.length, classes: Int32Array.from(classes), images: rows, accuracy: correct / classes.length };
}

function oracleSet(): AgreementSet {
  const of = (side: "id" | "shift") =>
    expected.top[side].map((classes: number[]) => topClasses(classes, expected.labels[side]));
  const [x, y] = [of("id"), of("shift")] as [TopClasses[], TopClasses[]];
  const counts = (tops: readonly TopClasses[]) => countAgreement(tops.map(({ classes }) => classes));
  return { checkpoints: x.map((_, i) => `c${i}`), x, y, xCounts: counts(x), yCounts: counts(y) };
}

describe("agreement of pairs", () => {
  it("is the number of images with equal predicted classes, in the order of pairIndex", () => {
    const list = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1100, maxLength: 1100 });
    fc.assert(
      fc.property(fc.array(list, { minLength: 2, maxLength: 5 }), (lists) => {
        const counts = countAgreement(lists.map((classes) => Int32Array.from(classes)));
        lists.forEach((first, i) => {
          lists.slice(i + 1).forEach((second, k) => {
            const equal = first.filter((predicted, image) => predicted === second[image]).length;
            expect(counts[pairIndex(i, i + 1 + k, lists.length)]).toBe(equal);
          });
        });
      }),
      { seed: 1, numRuns: 20 },
    );
  });
});

describe("agreement on the line", () => {
  it.each(["probit", "logit"] as const)("is what numpy and scipy give, on the %s scale", (scale) => {
    const line = fitAgreement(KEY, oracleSet(), scale);
    expect([...line.idAgreements]).toEqual(expected.agreements.id);
    expect([...line.agreements]).toEqual(expected.agreements.shift);
    for (const of of ["agreement", "accuracy"] as const) {
      for (const figure of ["slope", "intercept", "r2"] as const) {
        expect(line[of]?.[figure], `${of} ${figure}`).closeTo(expected[scale][of][figure], 1e-9);
      }
    }
    line.checkpoints.forEach((checkpoint, i) => {
      expect(checkpoint.alineS).closeTo(expected[scale].alineS[i], 1e-9);
      expect(checkpoint.alineD).closeTo(expected[scale].alineD[i], 1e-9);
      expect(checkpoint.accuracy).toBe(expected.accuracies.shift[i]);
    });
    for (const of of ["alineS", "alineD"] as const) {
      expect(line.errors[of]).closeTo(expected[scale].errors[of], 1e-9);
    }
    expect(line.breaks).toContain("agreement-scattered"); // r² is 0.84
    expect(line.breaks).toContain("accuracy-scattered"); // 0.948
  });

  it("gives ALine-D without the intercept: any accuracies on agreement's line are recovered", () => {
    const on = (slope: number, intercept: number, x: readonly number[]) => x.map((value) => intercept + slope * value);
    const value = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 3, maxLength: 8 }),
        fc.array(value, { minLength: 28, maxLength: 28 }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        value,
        (x, agreements, slope, intercept) => {
          const idAgreements = agreements.slice(0, (x.length * (x.length - 1)) / 2);
          const solution = solveAlineD({
            idAccuracies: Float64Array.from(x),
            idAgreements: Float64Array.from(idAgreements),
            agreements: Float64Array.from(on(slope, intercept, idAgreements)),
            slope,
          });
          on(slope, intercept, x).forEach((y, i) => {
            expect(solution?.[i]).closeTo(y, 1e-9);
          });
        },
      ),
      { seed: 2, numRuns: 100 },
    );
  });

  it("returns no ALine-D where the pairs do not determine the accuracies, and leaves out checkpoints without one", () => {
    const none = new Float64Array(1);
    expect(
      solveAlineD({ idAccuracies: new Float64Array(2), idAgreements: none, agreements: none, slope: 1 }),
    ).toBeNull();
    // A path of pairs 0–1–2: a constant may move between its ends
    const path = { idAgreements: Float64Array.of(0, Number.NaN, 0), agreements: Float64Array.of(0, 0, 0), slope: 1 };
    expect(solveAlineD({ idAccuracies: new Float64Array(3), ...path })).toBeNull();
    const [a, b, c, d] = [-1, -0.5, 0.5, 1];
    const solution = solveAlineD({
      idAccuracies: Float64Array.of(a, Number.NaN, b, c),
      idAgreements: new Float64Array(6).fill(d),
      agreements: new Float64Array(6).fill(d),
      slope: 1,
    });
    expect([...(solution ?? [])].map((value) => value)).toEqual([
      expect.closeTo(a, 9),
      Number.NaN,
      expect.closeTo(b, 9),
      expect.closeTo(c, 9),
    ]);
  });

  it("counts the pairs that the paper's program leaves out, and keeps them in the line", () => {
    const set = oracleSet();
    expect(fitAgreement(KEY, set, "probit").extremePairs).toBe(0);
    const rare = set.yCounts.map((count, pair) => (pair === 3 ? 14 : count)); // of 300: 4.7 %
    const often = set.xCounts.map((count, pair) => (pair === 5 ? 491 : count)); // of 500: 98.2 %
    const line = fitAgreement(KEY, { ...set, yCounts: rare, xCounts: often }, "probit");
    expect([line.extremePairs, line.droppedPairs, line.agreement.n]).toEqual([2, 0, 28]);
  });

  it("leaves pairs and checkpoints at 0 and 1 out, and counts them", () => {
    const set = oracleSet();
    const same = { ...set, x: [...set.x], y: [...set.y] };
    same.x[1] = same.x[0] as TopClasses;
    same.y[1] = same.y[0] as TopClasses;
    const perfect = expected.labels.id as number[];
    same.x[2] = topClasses(perfect, perfect);
    const counts = (tops: readonly TopClasses[]) => countAgreement(tops.map(({ classes }) => classes));
    const line = fitAgreement(KEY, { ...same, xCounts: counts(same.x), yCounts: counts(same.y) }, "probit");
    expect(line.droppedPairs).toBe(1);
    expect(line.droppedCheckpoints).toEqual(["c2"]);
    expect(line.agreement.n).toBe(27);
    expect(line.accuracy?.n).toBe(7);
    expect([line.checkpoints[2]?.alineS, line.checkpoints[2]?.alineD]).toEqual([null, null]);
    expect(line.checkpoints[0]?.alineD).toBeGreaterThan(0);
  });

  it("predicts without labels of the shift, and has then no errors and no line of accuracy", () => {
    const set = oracleSet();
    const unlabeled = { ...set, y: set.y.map((top) => ({ ...top, accuracy: null })) };
    const line = fitAgreement(KEY, unlabeled, "probit");
    expect([line.accuracy, line.differences, line.errors.alineS, line.errors.alineD]).toEqual([null, null, null, null]);
    expect(line.checkpoints.map(({ alineD }) => alineD)).toEqual(
      fitAgreement(KEY, set, "probit").checkpoints.map(({ alineD }) => alineD),
    );
    expect(line.breaks).toEqual(["agreement-scattered"]);
  });
});

/** Checkpoints and pairs about the lines y = slope x + height, with scatter of each. */
function simulate(c: number, seed: number, accuracy = { slope: 0.8, height: -0.3 }) {
  const { normal } = createRandomNumbers(seed);
  const pairs = (c * (c - 1)) / 2;
  const of = (n: number) => new Float64Array(n);
  const points = { x: of(c), y: of(c), pairX: of(pairs), pairY: of(pairs) };
  const effects = of(c);
  for (let i = 0; i < c; i++) {
    points.x[i] = 0.5 * normal();
    points.y[i] = accuracy.height + accuracy.slope * (points.x[i] as number) + 0.08 * normal();
    effects[i] = 0.06 * normal();
  }
  for (let i = 0; i < c; i++)
    for (let j = i + 1; j < c; j++) {
      const pair = pairIndex(i, j, c);
      const x = ((points.x[i] as number) + (points.x[j] as number)) / 2 - 0.2 + 0.1 * normal();
      points.pairX[pair] = x;
      points.pairY[pair] = 0.8 * x - 0.3 + ((effects[i] as number) + (effects[j] as number)) / 2 + 0.02 * normal();
    }
  return points;
}

describe("the difference of agreement's line and accuracy's", () => {
  it("is that of two least-squares lines, and null with too few checkpoints", () => {
    const line = fitAgreement(KEY, oracleSet(), "probit");
    const { slope, height } = line.differences as NonNullable<typeof line.differences>;
    const of = expected.probit;
    expect(slope.estimate).closeTo(of.agreement.slope - of.accuracy.slope, 1e-9);
    const ids = expected.accuracies.id.map(scaleFunctions("probit").forward) as number[];
    const center = ids.reduce((sum, x) => sum + x, 0) / ids.length;
    const difference = of.agreement.intercept - of.accuracy.intercept + slope.estimate * center;
    expect(height.estimate).closeTo(difference, 1e-9);
    expect(compareLines(simulate(MIN_CHECKPOINTS - 1, 1))).toBeNull();
  });

  it("is shown in at most 10 of 100 studies of 12 checkpoints where there is none (nominal 5), and a large one is shown", () => {
    let outside = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const found = compareLines(simulate(12, seed));
      const excludes = [found?.slope, found?.height].some(
        (interval) => interval !== undefined && (interval.low > 0 || interval.high < 0),
      );
      if (excludes) outside++;
    }
    expect(outside).toBeLessThanOrEqual(10);
    expect(outside).toBeGreaterThan(0);
    const apart = compareLines(simulate(12, 3, { slope: 0.8, height: 0 }));
    expect(apart?.height.high).toBeLessThan(0);
    expect(apart?.height.estimate).closeTo(-0.3, 0.1);
  });
});

describe("a study of agreement", () => {
  const pairing = {
    axes: IMAGENET_AXES,
    preferredProtocols: new Map<string, string>(),
    preferredClassNames: new Set<string>(),
  };
  const sides = { imagenet: "id", "imagenet-r": "shift" } as const;
  const set = oracleSet();
  const rows = set.checkpoints.flatMap((checkpoint, i) =>
    Object.entries(sides).map(([benchmark, side]): AccuracyRow => {
      const top = (side === "id" ? set.x : set.y)[i] as TopClasses;
      const task = { templates: "openai-80", classNames: "imagenet-openai", metric: "top1", group: "" };
      const protocol = side === "id" ? "1000" : "200";
      const counts = { accuracy: top.accuracy as number, n: top.n, expectedN: top.n, where: "test" };
      return { checkpoint, benchmark, protocol, ...task, ...counts };
    }),
  );
  const topOf =
    (change: (top: TopClasses, checkpoint: string, benchmark: string) => TopClasses | undefined = (top) => top) =>
    (checkpoint: string, { benchmark }: { readonly benchmark: string }) => {
      const tops = benchmark === "imagenet" ? set.x : set.y;
      return change(tops[set.checkpoints.indexOf(checkpoint)] as TopClasses, checkpoint, benchmark);
    };

  it("has a line of each shift and x axis that three checkpoints have", () => {
    const { lines, notes } = studyAgreement(rows, topOf(), "probit", pairing);
    expect(lines).toEqual([fitAgreement(KEY, set, "probit")]);
    expect(noteLines(notes)).toEqual([]);
  });

  it("leaves checkpoints without predictions out, and is refused where fewer than three are left", () => {
    const some = (kept: number) =>
      topOf((top, checkpoint) => (set.checkpoints.indexOf(checkpoint) < kept ? top : undefined));
    expect(studyAgreement(rows, some(4), "probit", pairing).lines[0]?.checkpoints.length).toBe(4);
    expect(() => studyAgreement(rows, some(2), "probit", pairing)).toThrow(
      /it needs three checkpoints with predictions/,
    );
  });

  it("is refused for checkpoints that did not see the same images, naming two", () => {
    const otherImages = topOf((top, checkpoint, benchmark) =>
      checkpoint === "c3" && benchmark === "imagenet-r" ? { ...top, images: { ...top.images, names: "another" } } : top,
    );
    expect(() => studyAgreement(rows, otherImages, "probit", pairing)).toThrow(
      /imagenet-r 200: c0 \(300 images\) and c3 \(300\) did not see the same images/,
    );
  });
});
