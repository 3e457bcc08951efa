import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCheckpoints, comparePairs } from "../../../src/analysis/comparison/compare-checkpoints.ts";
import { type ErrorConsistency, errorConsistency } from "../../../src/analysis/comparison/error-consistency.ts";
import type {
  CheckpointPredictions,
  ImagePrediction,
  ResultPredictions,
} from "../../../src/evaluation/results/image-predictions.ts";
import { fixtures } from "../../helpers.ts";
import { noteLines } from "../../note-lines.ts";

type Table = readonly [both: number, onlyFirst: number, onlySecond: number, neither: number];

const expected: {
  readonly tables: {
    readonly table: Table;
    readonly low: number;
    readonly high: number;
    readonly p: number;
    readonly errorConsistency: ErrorConsistency | null;
    readonly minimumDetectableDifference: number | null;
  }[];
} = JSON.parse(readFileSync(join(fixtures, "comparison", "expected.json"), "utf8"));

const FIELDS = ["kappa", "low", "high", "observed", "expected"] as const;

/** Two lists of predictions with this table: image i is of class i mod 10, a wrong prediction is class 99. */
function pair(table: Table): [ImagePrediction[], ImagePrediction[]] {
  const [both, onlyFirst, onlySecond, neither] = table;
  const n = both + onlyFirst + onlySecond + neither;
  const list = (isRight: (i: number) => boolean) =>
    Array.from({ length: n }, (_, i) => ({
      image: `${i}.jpg`,
      classes: [i % 10],
      predicted: isRight(i) ? i % 10 : 99,
    }));
  return [
    list((i) => i < both + onlyFirst),
    list((i) => i < both || (i >= both + onlyFirst && i < both + onlyFirst + onlySecond)),
  ];
}

function result(images: readonly ImagePrediction[], of: Partial<ResultPredictions> = {}): ResultPredictions {
  return {
    ...{ benchmark: "imagenet", protocol: "1000", templates: "openai-80", classNames: "imagenet-openai" },
    ...{ expectedN: images.length, images },
    ...of,
  };
}

function checkpoint(name: string, ...results: ResultPredictions[]): CheckpointPredictions {
  return { checkpoint: name, results };
}

function compareTable(table: Table) {
  const [first, second] = pair(table);
  const comparison = compareCheckpoints(checkpoint("a", result(first)), checkpoint("b", result(second)));
  return comparison.rows[0] as (typeof comparison.rows)[number];
}

describe("compareCheckpoints", () => {
  it("gives difference, interval, test, agreement and minimum detectable difference as scipy does", () => {
    const tables = expected.tables.filter(({ table }) => table.reduce((sum, count) => sum + count) <= 5000);
    expect(tables.length).toBeGreaterThanOrEqual(15);
    for (const {
      table,
      low,
      high,
      p,
      errorConsistency: consistency,
      minimumDetectableDifference: detectable,
    } of tables) {
      const row = compareTable(table);
      const [both, onlyFirst, onlySecond, neither] = table;
      expect([row.both, row.onlyFirst, row.onlySecond, row.neither]).toEqual([both, onlyFirst, onlySecond, neither]);
      expect(row.n).toBe(both + onlyFirst + onlySecond + neither);
      expect(row.firstAccuracy).toBe((both + onlyFirst) / row.n);
      expect(row.secondAccuracy).toBe((both + onlySecond) / row.n);
      expect(row.difference).closeTo(row.firstAccuracy - row.secondAccuracy, 1e-15);
      expect(row.low).closeTo(low, 1e-9);
      expect(row.high).closeTo(high, 1e-9);
      expect(row.p).closeTo(p, 1e-9);
      expect([row.pHolm, row.interval]).toEqual([row.p, "tango"]);
      expect(row.errorConsistency === null).toBe(consistency === null);
      for (const field of consistency === null ? [] : FIELDS) {
        expect(row.errorConsistency?.[field], `${table.join()} ${field}`).closeTo(consistency?.[field] as number, 1e-9);
      }
      expect(row.firstStepLevel).toBe(0.05);
      if (detectable === null) expect(row.minimumDetectableDifference).toBeNull();
      else expect(row.minimumDetectableDifference).closeTo(detectable, 2e-9);
    }
  });

  it("gives kappa for large counts as scipy does", () => {
    for (const { table, errorConsistency: consistency } of expected.tables) {
      const n = table.reduce((sum, count) => sum + count);
      const measured = errorConsistency(table[0], table[1], table[2], n);
      if (consistency === null) expect(measured).toBeNull();
      else for (const field of FIELDS) expect(measured?.[field]).closeTo(consistency[field], 1e-9);
    }
  });

  it("lists the images that only one gets right, and pairs by name, in any order", () => {
    const [first, second] = pair([2, 1, 2, 1]);
    const b = checkpoint("b", result([...second].reverse()));
    const { rows } = compareCheckpoints(checkpoint("a", result(first)), b);
    expect(rows[0]?.onlyFirstImages).toEqual(["2.jpg"]);
    expect(rows[0]?.onlySecondImages).toEqual(["3.jpg", "4.jpg"]);
    expect(rows[0]?.p).toBe(1);
  });

  it("counts an image right if any of several classes is predicted, and never where none is right", () => {
    const image = (classes: number[], predicted: number) => [{ image: "x", classes, predicted }];
    const compare = (classes: number[], a: number, b: number) =>
      compareCheckpoints(
        checkpoint("a", result(image(classes, a))),
        checkpoint("b", result(image([...classes].reverse(), b))),
      ).rows[0];
    expect(compare([3, 5, 8], 8, 4)).toMatchObject({ onlyFirst: 1, classes: [{ label: "3;5;8", onlyFirst: 1 }] });
    expect(compare([3, 5, 8], 8, 3)).toMatchObject({ both: 1 });
    expect(compare([], 0, 1)).toMatchObject({ neither: 1, classes: [], errorConsistency: null });
  });

  it("puts the most changed classes first, with Holm over the classes", () => {
    const images = (right: readonly number[]) =>
      right.flatMap((k, c) =>
        Array.from({ length: 20 }, (_, i) => ({ image: `${c}/${i}`, classes: [c], predicted: i < k ? c : 99 })),
      );
    const a = checkpoint("a", result(images([10, 20, 3, 10])));
    const { rows } = compareCheckpoints(a, checkpoint("b", result(images([10, 5, 10, 9]))));
    expect(rows[0]?.classes.map(({ label }) => label)).toEqual(["1", "2", "3", "0"]);
    const [first, second] = rows[0]?.classes ?? [];
    expect(first).toEqual({
      ...{ label: "1", n: 20, firstCorrect: 20, secondCorrect: 5, onlyFirst: 15, onlySecond: 0 },
      ...{ p: expect.closeTo(2 ** -14, 12), pHolm: expect.closeTo(4 * 2 ** -14, 12) },
    });
    expect(second).toMatchObject({ onlyFirst: 0, onlySecond: 7 });
  });

  it("adjusts by Holm over everything compared, over all pairs where there are several", () => {
    const [first, second] = pair([20, 12, 2, 16]);
    const [swapped, same] = pair([30, 4, 5, 11]);
    const predictions = (images: ImagePrediction[], rest: ImagePrediction[]) => [
      result(images),
      result(rest, { benchmark: "imagenet-r" }),
    ];
    const a = checkpoint("a", ...predictions(first, swapped));
    const b = checkpoint("b", ...predictions(second, same));
    const c = checkpoint("c", ...predictions(second, same));
    const p = compareTable([20, 12, 2, 16]).p;
    expect(compareCheckpoints(a, b).rows.map((row) => row.pHolm)).toEqual([2 * p, 1]);
    const { rows } = comparePairs([
      [a, b],
      [a, c],
      [b, c],
    ]);
    expect(rows.map((row) => [row.first, row.second, row.benchmark])).toHaveLength(6);
    expect(rows[0]?.pHolm).closeTo(6 * p, 1e-12);
    expect(rows[2]?.pHolm).closeTo(6 * p, 1e-12); // Holm: 5 p, but never below the one before
  });

  it("compares the images that both have and warns of the others, and refuses where none is in both", () => {
    const [first, second] = pair([5, 2, 1, 2]);
    const a = checkpoint("a", result(first));
    const compare = (images: ImagePrediction[]) => () => compareCheckpoints(a, checkpoint("b", result(images)));
    const { rows, notes } = compare(second.slice(0, 4))();
    expect(rows[0]).toMatchObject({ n: 4, both: 4 });
    expect(noteLines(notes)).toEqual([
      "warning: imagenet 1000, openai-80: a and b: the images differ: 4 in both, 6 (4.jpg, 5.jpg, 6.jpg, …) only in the first's predictions, 0 only in the second's (by their paths, because results of older versions do not have the contents of images; evaluate again); only those in both are compared",
    ]);
    expect(compare(second.map((prediction) => ({ ...prediction, image: `val/${prediction.image}` })))).toThrow(
      /: 0 in both, 10 .* 10 /,
    );
    expect(compare(second.map((prediction, i) => (i === 3 ? { ...prediction, classes: [7] } : prediction)))).toThrow(
      /1 \(3\.jpg\) of 10 images have a different label/,
    );
    expect(compare([...second, second[0] as ImagePrediction])).toThrow(/image 0\.jpg appears twice/);
    expect(compare([])).toThrow(/no image to compare/);
  });

  it("refuses to compare a checkpoint with itself, and two that have nothing in common", () => {
    const [first, second] = pair([5, 2, 1, 2]);
    const a = checkpoint("a", result(first));
    expect(() => compareCheckpoints(a, a)).toThrow("a: cannot be compared with itself");
    const b = checkpoint("b", result(second, { templates: "simple-7" }));
    expect(() => compareCheckpoints(a, b)).toThrow(
      "a and b have no result of the same benchmark, protocol and prompts: a has imagenet 1000, openai-80; b has imagenet 1000, simple-7",
    );
    expect(() => compareCheckpoints(a, { ...a, checkpoint: "c" }, { benchmarks: ["objectnet"] })).toThrow(/has none/);
  });

  it("distinguishes one checkpoint under two names from the same files tokenized differently", () => {
    const [first, second] = pair([5, 2, 1, 2]);
    const compare = (textOfA: string | null, textOfB: string | null) => {
      const a = { ...checkpoint("a", result(first)), fingerprint: "f", textSha256: textOfA };
      const b = { ...checkpoint("b", result(second)), fingerprint: "f", textSha256: textOfB };
      return noteLines(compareCheckpoints(a, b).notes);
    };
    const same = ["warning: a and b are the same checkpoint under two names"];
    expect(compare("x", "x")).toEqual(same);
    expect(compare("x", null)).toEqual(same);
    expect(compare("x", "y")).toEqual([
      "warning: a and b are the same files with different text settings (cleaning, padding, context length), so the differences are due to these",
    ]);
  });

  it("does not compare results of one name that were evaluated differently, and notes what only one has", () => {
    const [first, second] = pair([5, 2, 1, 2]);
    const otherProtocol = { protocol: "imagenet-a" };
    const a = checkpoint(
      "a",
      result(first, { recipe: { "template set": "x" } }),
      result(first, { protocol: "200" }),
      result(first, otherProtocol),
    );
    const b = checkpoint(
      "b",
      result(second, { recipe: { "template set": "y", other: 1 } }),
      result(second, otherProtocol),
    );
    const { rows, notes } = compareCheckpoints({ ...a, fingerprint: "f" }, { ...b, fingerprint: "f" });
    expect(rows.map(({ protocol }) => protocol)).toEqual(["imagenet-a"]);
    expect(noteLines(notes)).toEqual([
      "warning: a and b are the same checkpoint under two names",
      "not compared, only a has it, not b: imagenet 200, openai-80",
      "warning: not compared: imagenet 1000, openai-80: a and b were evaluated with a different template set (x and y); evaluate both in the same way",
    ]);
    expect(compareCheckpoints(a, { ...b, fingerprint: null }).notes).toHaveLength(2);
    expect(() => compareCheckpoints(checkpoint("a", a.results[0] as ResultPredictions), b)).toThrow(
      "imagenet 1000, openai-80: a and b were evaluated with a different template set (x and y); evaluate both in the same way",
    );
  });

  it("turns every figure with the order of the two, and changes nothing of its input", () => {
    const table = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30)).filter((t) => t.some((count) => count > 0));
    fc.assert(
      fc.property(table, (counts) => {
        const [first, second] = pair(counts).map((list) =>
          Object.freeze(list.map((prediction) => Object.freeze(prediction))),
        );
        const [a, b] = [checkpoint("a", result(first ?? [])), checkpoint("b", result(second ?? []))];
        const [row] = compareCheckpoints(a, b).rows;
        const [turned] = compareCheckpoints(b, a).rows;
        expect(turned?.low).toBe(0 - (row?.high as number));
        expect([turned?.p, turned?.onlyFirstImages]).toEqual([row?.p, row?.onlySecondImages]);
        expect(turned?.errorConsistency?.kappa ?? 2).closeTo(row?.errorConsistency?.kappa ?? 2, 1e-12);
        expect(row?.classes.reduce((sum, { onlyFirst }) => sum + onlyFirst, 0)).toBe(row?.onlyFirst);
        // the interval and the test agree, up to what exact and asymptotic differ by
        if ((row?.p as number) < 0.01) expect((row?.low as number) > 0 || (row?.high as number) < 0).toBe(true);
      }),
    );
  });
});
