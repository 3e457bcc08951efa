import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCheckpoints } from "../../../src/analysis/comparison/compare-checkpoints.ts";
import { parseCorrectness } from "../../../src/evaluation/results/correctness.ts";
import { countBoth } from "../../../src/evaluation/results/count-both.ts";
import { type IdentifiedImages, pairImages } from "../../../src/evaluation/results/image-pairing.ts";
import type { ImagePrediction } from "../../../src/evaluation/results/image-predictions.ts";
import {
  completeRows,
  groupByImages,
  haveSameRows,
  rowsInOrderOf,
} from "../../../src/evaluation/results/image-rows.ts";
import { describeImageSets } from "../../../src/output/report/image-set-details.ts";

/** An image of a set: the file of which it is a copy, its class and its path. */
interface Image {
  readonly content: number;
  readonly label: number;
  readonly path: string;
}

const image = fc.record({
  content: fc.nat(7),
  label: fc.nat(2),
  path: fc.string({ unit: fc.constantFrom("a", "b", "/", "é"), minLength: 1, maxLength: 4 }),
});
const images = fc.uniqueArray(image, { selector: ({ path }) => path, maxLength: 14 });

const contentText = (content: number) => `${content}`.repeat(32);

function identified(set: readonly Image[], hasContent = true): IdentifiedImages {
  const at = (row: number) => set[row] as Image;
  return {
    n: set.length,
    name: (row) => at(row).path,
    label: (row) => `${at(row).label}`,
    content: hasContent ? (row) => contentText(at(row).content) : null,
  };
}

/** Pairs each image of the first set with the first remaining image, by path, of the same content and label. */
function bruteForce(first: readonly Image[], second: readonly Image[], key: (image: Image) => string) {
  const byPath = (a: Image, b: Image) => (a.path < b.path ? -1 : 1);
  const left = [...second].sort(byPath);
  const alone: Image[] = [];
  const pairs: [string, string][] = [];
  for (const image of [...first].sort(byPath)) {
    const at = left.findIndex((candidate) => key(candidate) === key(image) && candidate.label === image.label);
    if (at < 0) alone.push(image);
    else pairs.push([image.path, (left.splice(at, 1)[0] as Image).path]);
  }
  let relabeled = 0;
  for (const content of new Set(alone.map(key))) {
    const count = (rest: readonly Image[]) => rest.filter((image) => key(image) === content).length;
    relabeled += Math.min(count(alone), count(left));
  }
  return { pairs: pairs.sort(), relabeled, onlyFirst: alone.length - relabeled, onlySecond: left.length - relabeled };
}

function paired(first: readonly Image[], second: readonly Image[], hasContent = [true, true]) {
  const found = pairImages(identified(first, hasContent[0]), identified(second, hasContent[1]));
  const pairs = Array.from(found.first, (row, i) => [first[row]?.path, second[found.second[i] as number]?.path]).sort();
  const [relabeled, onlyFirst, onlySecond] = [found.relabeled, found.onlyFirst, found.onlySecond].map(
    (list) => list.length,
  );
  return { pairs, relabeled, onlyFirst, onlySecond };
}

/** `predictions.csv` of a set whose images a checkpoint predicts as class `classOf`. */
function written(set: readonly Image[], classOf: (image: Image) => number, hasContent = true) {
  const rows = set.map((image) => {
    const cells = [`"${image.path}"`, image.label, classOf(image), ...(hasContent ? [contentText(image.content)] : [])];
    return cells.join();
  });
  const text = `image,label,top1${hasContent ? ",content" : ""}\n${rows.join("\n")}\n`;
  return parseCorrectness(new TextEncoder().encode(text), "p");
}

/** The same images in another container: in another order, under other paths. */
const copied = fc
  .tuple(images, fc.infiniteStream(fc.nat()), fc.boolean())
  .filter(([set]) => set.length > 0)
  .map(([set, keys, isRenamed]) => {
    const ranks = set.map(() => keys.next().value as number);
    const order = [...set.keys()].sort((a, b) => (ranks[a] as number) - (ranks[b] as number));
    const copy = order.map((row, i) => ({
      ...(set[row] as Image),
      ...(isRenamed ? { path: `${i}`.padStart(8, "0") } : {}),
    }));
    return { set, copy };
  });

describe("pairImages", () => {
  it("pairs any sets like a search for each image, by content and by path, in either order", () => {
    fc.assert(
      fc.property(images, images, fc.boolean(), fc.boolean(), (first, second, a, b) => {
        const byContent = a && b;
        const key = (image: Image) => (byContent ? `${image.content}` : image.path);
        const expected = bruteForce(first, second, key);
        expect(paired(first, second, [a, b])).toEqual(expected);
        const turned = paired(second, first, [b, a]);
        expect(turned.pairs.map(([x, y]) => [y, x]).sort()).toEqual(expected.pairs);
        expect([turned.onlyFirst, turned.onlySecond]).toEqual([expected.onlySecond, expected.onlyFirst]);
        expect(paired([...first].reverse(), second, [a, b])).toEqual(expected);
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it("pairs every image of a copy with its original, and returns pairs in the order of the first set", () => {
    fc.assert(
      fc.property(copied, ({ set, copy }) => {
        const { first, second, ...rest } = pairImages(identified(set), identified(copy));
        expect([...first]).toEqual([...set.keys()]);
        expect([...second].sort((x, y) => x - y)).toEqual([...copy.keys()]);
        for (const [i, row] of first.entries()) {
          const { content, label } = copy[second[i] as number] as Image;
          expect({ content, label }).toEqual({ content: set[row]?.content, label: set[row]?.label });
        }
        expect(rest).toMatchObject({ by: "content", relabeled: [] });
      }),
      { seed: 21, numRuns: 200 },
    );
  });
});

/** The predictions of two checkpoints for a content. */
const guesses = fc.tuple(
  fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }),
  fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }),
);

describe("results of the same images in two containers", () => {
  it("compare like those of one container, for any order, paths and duplicates", () => {
    fc.assert(
      fc.property(copied, guesses, ({ set, copy }, [first, second]) => {
        const predictions = (of: readonly Image[], guess: readonly number[]): ImagePrediction[] =>
          of.map(({ path, label, content }) => ({
            ...{ image: path, classes: [label], predicted: guess[content] as number, content: contentText(content) },
          }));
        const compare = (of: readonly Image[]) => {
          const key = { benchmark: "b", protocol: "p", templates: "t", classNames: "c", expectedN: set.length };
          const a = { checkpoint: "a", results: [{ ...key, images: predictions(set, first) }] };
          const b = { checkpoint: "b", results: [{ ...key, images: predictions(of, second) }] };
          return compareCheckpoints(a, b);
        };
        expect(compare(copy)).toEqual(compare(set));
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  it("are counted like those of one by every count over pairs of results", () => {
    fc.assert(
      fc.property(copied, guesses, ({ set, copy }, [first, second]) => {
        const a = written(set, ({ content }) => first[content] as number);
        const ofSet = written(set, ({ content }) => second[content] as number);
        const ofCopy = written(copy, ({ content }) => second[content] as number);
        expect(haveSameRows(a.images, ofCopy.images)).toBe(true);
        expect(countBoth(a, ofCopy)).toBe(countBoth(a, ofSet));
        expect(countBoth(ofCopy, a)).toBe(countBoth(a, ofSet));
        const rows = rowsInOrderOf(a.images, ofCopy.images) ?? set.keys();
        expect(Array.from(rows, (row) => copy[row]?.content)).toEqual(set.map(({ content }) => content));
        const key = { benchmark: "b", protocol: "p", templates: "t", classNames: "c", expectedN: 9 };
        const describe_ = (b: typeof a) =>
          describeImageSets(
            key,
            [a, b].map((correctness, checkpoint) => ({ checkpoint, correctness })),
            () => null,
          );
        expect(describe_(ofCopy)).toEqual(describe_(ofSet));
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  it("are different if a content, a label or a number of copies differs", () => {
    const set: Image[] = [
      { content: 1, label: 0, path: "a" },
      { content: 1, label: 1, path: "b" },
      { content: 2, label: 0, path: "c" },
    ];
    const rowsOf = (of: readonly Image[]) => written(of, () => 0).images;
    for (const [row, change] of [
      [0, { content: 3 }],
      [0, { label: 1 }],
      [1, { content: 2 }],
    ] as const) {
      const changed = set.map((image, i) => (i === row ? { ...image, ...change } : image));
      expect(haveSameRows(rowsOf(set), rowsOf(changed))).toBe(false);
      expect(() => rowsInOrderOf(rowsOf(set), rowsOf(changed))).toThrow(RangeError);
    }
  });

  it("matches rows with the same names in another order by their contents: tables use numbers as names", () => {
    const numbered = (contents: readonly number[]) =>
      contents.map((content, i) => ({ content, label: 0, path: `${i}` }));
    const right = (content: number) => (content === 1 ? 0 : 9);
    const [a, b] = [
      [1, 2, 3],
      [3, 1, 2],
    ].map((of) => written(numbered(of), ({ content }) => right(content)));
    expect(countBoth(a as typeof b & object, b as typeof a & object)).toBe(1);
  });

  it("of an older version are matched by path, unless a path has several contents", () => {
    const set = [1, 2].map((content) => ({ content, label: 0, path: `${content}` }));
    const turned = set.map((image) => ({ ...image, content: 3 - image.content }));
    const [old, ofSet, ofTurned] = [written(set, () => 0, false), written(set, () => 0), written(turned, () => 0)].map(
      (result) => result.images,
    ) as [
      ReturnType<typeof written>["images"],
      ReturnType<typeof written>["images"],
      ReturnType<typeof written>["images"],
    ];
    expect(haveSameRows(old, ofSet)).toBe(true);
    expect(completeRows([old, ofSet])).toEqual([ofSet, ofSet]);
    expect(groupByImages(completeRows([old, ofSet]), (rows) => rows)).toHaveLength(1);
    expect(completeRows([old, ofSet, ofTurned])[0]).toBe(old);
    expect(groupByImages(completeRows([old, ofSet, ofTurned]), (rows) => rows)).toEqual([[old], [ofSet, ofTurned]]);
  });
});
