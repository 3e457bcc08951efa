import { describe, expect, it } from "vitest";
import type { FitScale } from "../../../src/analysis/lines/fit-scale.ts";
import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { type DecidedGroups, decideGroups } from "../../../src/analysis/robustness/group-decisions.ts";
import type { GroupComparison } from "../../../src/analysis/robustness/group-lines.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { holm } from "../../../src/foundation/statistics/holm.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";

/** Scatter of mean 0 and almost no slope, different in every group. */
const WAVES = [
  [1, -0.8, -0.9, 1.1, 0.4, -1.2, 0.9, -0.5],
  [-0.7, 1.2, -0.6, -0.4, 1, -1.1, 0.1, 0.5],
  [0.9, -1.1, 0.7, -0.8, 0.6, -0.9, 1.2, -0.6],
];

interface GroupWorld {
  readonly slope?: number;
  readonly height?: number;
  readonly scatter?: number;
  readonly n?: number;
  readonly images?: number | null;
  readonly from?: number;
  readonly to?: number;
}

/** A group's points about η = −1 + height + slope ξ, ξ = logit(x) evenly spaced. */
function group(number: number, world: GroupWorld): ModelPoint[] {
  const { slope = 1, height = 0, scatter = 0.03, n = 8, images = 50_000, from = 0.2, to = 0.7 } = world;
  const [low, high] = [logit(from), logit(to)];
  return Array.from({ length: n }, (_, i) => {
    const x = low + ((high - low) * i) / (n - 1);
    const wave = (WAVES[number % WAVES.length] as number[])[i % 8] as number;
    const accuracy = inverseLogit(-1 + height + slope * x + scatter * wave);
    return { model: `${number}/${i}`, idAccuracy: inverseLogit(x), accuracy, images, idImages: images };
  });
}

function comparison(groups: readonly (readonly ModelPoint[])[], scale: FitScale = "logit"): GroupComparison {
  return {
    ...{ benchmark: "shift", protocol: "", templates: "", classNames: "", metric: "top1" },
    ...{ idSide: "id", idMetric: "top1", covariance: null },
    piece: { from: 0, to: 1, words: "" } as GroupComparison["piece"],
    lines: groups.map((points, i) => ({
      group: `${i}`,
      points,
      fit: fitBaseline(points, { scale }),
      slopeInterval: { low: 0, high: 0 },
      interceptInterval: { low: 0, high: 0 },
    })),
  };
}

function decide(
  comparisons: readonly (readonly GroupWorld[])[],
  options: Partial<Parameters<typeof decideGroups>[1]> = {},
): DecidedGroups {
  const drawn = comparisons.map((worlds) => comparison(worlds.map((world, i) => group(i, world))));
  return decideGroups(drawn, { scale: "logit", replicates: 999, effectReplicates: 199, ...options });
}

const CLOSE: readonly GroupWorld[] = [{}, {}];
const STEEPER: readonly GroupWorld[] = [{}, { slope: 1.5 }];
const HIGHER: readonly GroupWorld[] = [{}, { height: 0.4 }];
const WIDE: readonly GroupWorld[] = [{ scatter: 0.3 }, { scatter: 0.3 }];

describe("decisions of groups' lines", () => {
  it.each([
    ["slopes-differ", STEEPER],
    ["heights-differ", HIGHER],
    ["one-line", CLOSE],
    ["no-difference-shown", WIDE],
  ] as const)("report %s", (verdict, worlds) => {
    expect(decide([worlds]).decisions[0]?.verdict).toBe(verdict);
  });

  it("test heights only where equal slopes are not rejected, and describe them in the middle of the common x otherwise", () => {
    const [steeper, higher] = decide([STEEPER, HIGHER]).decisions;
    expect(steeper?.tests?.heights).toBeNull();
    expect(steeper?.common?.middle).closeTo(inverseLogit((logit(0.2) + logit(0.7)) / 2), 1e-4); // half an image
    // The lines cross at ξ = 0: at the middle, ξ < 0, the steeper one is the lower
    const difference = steeper?.heights[0]?.effect.estimate as number;
    expect(difference).closeTo(0.5 * ((logit(0.2) + logit(0.7)) / 2), 0.05);
    expect(steeper?.slopes[0]?.effect.estimate).closeTo(0.5, 0.1);
    expect(higher?.tests?.heights?.p).toBeLessThan(0.05);
    expect(higher?.heights[0]?.effect.estimate).closeTo(0.4, 0.05);
    expect(higher?.heights[0]?.effect.low).toBeGreaterThan(0);
  });

  it("adjust by Holm over slopes, heights and one line of all comparisons, including heights that are not shown", () => {
    const { decisions, family } = decide([STEEPER, HIGHER, CLOSE, WIDE]);
    expect(family).toBe(12);
    const alone = decide([STEEPER]);
    expect(alone.family).toBe(3);
    // p of the test of heights that is not shown is in the family: without it the adjustment is by 2
    expect(alone.decisions[0]?.tests?.slopes.pHolm).closeTo(3 * (alone.decisions[0]?.tests?.slopes.p as number), 1e-12);
    const shown = decisions.flatMap(({ tests }) => [tests?.slopes, tests?.heights, tests?.oneLine]);
    for (const test of shown) if (test != null) expect(test.pHolm).toBeGreaterThanOrEqual(test.p);
    const known = shown.filter((test) => test != null);
    expect(known).toHaveLength(11);
    // The p that is not shown is between 0 and 1, so the adjusted values are between those for 0 and 1
    const withZero = holm([...known.map(({ p }) => p), 0]);
    const withOne = holm([...known.map(({ p }) => p), 1]);
    known.forEach(({ pHolm }, i) => {
      expect(pHolm).toBeGreaterThanOrEqual(Math.min(withZero[i] as number, withOne[i] as number));
      expect(pHolm).toBeLessThanOrEqual(Math.max(withZero[i] as number, withOne[i] as number));
    });
  });

  it("simulate as many data sets as a family needs to come to 0.01", () => {
    const { decisions } = decide([HIGHER], { replicates: undefined as never });
    expect(decisions[0]?.tests?.slopes.replicates).toBe(1999);
  });

  it("have no test of one line, and no heights if slopes differ, without a common x", () => {
    const apart = (second: GroupWorld): GroupWorld[] => [
      { from: 0.1, to: 0.3 },
      { from: 0.4, to: 0.7, ...second },
    ];
    const { decisions, family } = decide([apart({}), apart({ slope: 2 })]);
    expect(family).toBe(4);
    const [level, steeper] = decisions;
    expect(level?.common).toBeNull();
    expect(level?.tests?.oneLine).toBeNull();
    expect(level?.verdict).toBe("no-difference-shown");
    expect(level?.heights).toHaveLength(1); // of one slope: the same at every x
    expect(steeper?.verdict).toBe("slopes-differ");
    expect(steeper?.heights).toEqual([]);
    expect(steeper?.slopes).toHaveLength(1);
  });

  it.each([
    ["a single group", [{}]],
    [
      "points on their lines, on an unknown number of images",
      [
        { scatter: 0, images: null },
        { height: 1, scatter: 0, images: null },
      ],
    ],
    [
      "a group on its line",
      [
        { scatter: 0, images: null },
        { height: 1, images: null },
      ],
    ],
  ] as const)("are not made of %s", (_, worlds) => {
    const { decisions, family } = decide([worlds, CLOSE]);
    expect(decisions[0]).toMatchObject({ verdict: "not-tested", tests: null, slopes: [], heights: [] });
    expect(decisions[1]?.verdict).toBe("one-line");
    expect(family).toBe(3);
  });

  it("are made of two groups of three points", () => {
    const { decisions } = decide([
      [
        { n: 3, scatter: 0.1 },
        { n: 3, scatter: 0.1, height: 2 },
      ],
    ]);
    expect(decisions[0]?.tests?.slopes).toMatchObject({ df1: 1, df2: 2 });
    expect(decisions[0]?.tests?.heights).toMatchObject({ group: 1, reference: 0 });
    expect(decisions[0]?.tests?.heights?.degreesOfFreedom).toBeLessThan(3);
  });

  it("take checkpoints at one x as they are", () => {
    const tied = [0, 1].map((number) =>
      group(number, {}).map((point, i) => ({ ...point, idAccuracy: i < 4 ? 0.3 : 0.6 })),
    );
    const { decisions } = decideGroups([comparison(tied)], { scale: "logit", replicates: 199, effectReplicates: 99 });
    expect(decisions[0]?.common).toMatchObject({ low: expect.closeTo(0.3, 1e-3), high: expect.closeTo(0.6, 1e-3) });
    expect(decisions[0]?.tests?.slopes.df2).toBe(12);
  });

  it("keep an accuracy of 0 of known images, which its line leaves out, and not of unknown ones", () => {
    const withZero = (images: number | null) =>
      comparison([
        [...group(0, { images }), { model: "none right", idAccuracy: 0.15, accuracy: 0, images, idImages: images }],
        group(1, { images }),
      ]);
    const options = { scale: "logit", replicates: 19, effectReplicates: 19 } as const;
    const of = (images: number | null) => decideGroups([withZero(images)], options).decisions[0];
    expect(withZero(640).lines[0]?.fit.n).toBe(8);
    expect(of(640)?.tests?.slopes.df2).toBe(13);
    expect(of(null)?.tests?.slopes.df2).toBe(12);
  });

  it("use the effective images of an average of shifts, also with all images wrong", () => {
    const worth = 3200;
    const average = (point: ModelPoint): ModelPoint => {
      const { images: _, ...known } = point;
      return { ...known, bounds: { low: point.accuracy * 0.9, high: point.accuracy * 1.2 }, effectiveImages: worth };
    };
    const plain = [0, 1].map((number) => group(number, { images: worth }));
    plain[0]?.push({ model: "none right", idAccuracy: 0.15, accuracy: 0, images: worth, idImages: worth });
    const options = { scale: "logit", replicates: 199, effectReplicates: 99 } as const;
    const [asSet] = decideGroups([comparison(plain)], options).decisions;
    const [asAverage] = decideGroups([comparison(plain.map((points) => points.map(average)))], options).decisions;
    expect(asAverage).toEqual(asSet);
  });

  it("have a margin of 2.5 points at 50 % on every scale", () => {
    for (const [scale, margin] of [
      ["logit", 0.1],
      ["probit", 0.0627],
      ["linear", 0.025],
    ] as const) {
      const [decision] = decideGroups([comparison([group(0, {}), group(1, {})], scale)], {
        ...{ scale, replicates: 19, effectReplicates: 19 },
      }).decisions;
      expect(decision?.tests?.oneLine?.margin).closeTo(margin, 1e-4);
    }
  });
});
