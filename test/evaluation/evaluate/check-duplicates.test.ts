import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDuplicates } from "../../../src/data/dataset/duplicate-content.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import { checkDuplicates } from "../../../src/evaluation/evaluate/check-duplicates.ts";

/** n images, two consecutive ones per class; contents differ unless given. */
function set(n: number, same: Readonly<Record<number, number>> = {}, expected = n) {
  const images = collectImages(
    Array.from({ length: n }, (_, i) => ({ path: `${i >> 1}/${i}.jpg`, bytes: 1, label: i >> 1 })),
  );
  const content = Array.from({ length: n }, (_, i) => `hash ${same[i] ?? i}`);
  return { manifest: { benchmark: "b", root: "/data", images }, content, isComplete: n === expected };
}

describe("checkDuplicates", () => {
  const check = (...args: Parameters<typeof set>) => checkDuplicates(set(...args));

  it("reports nothing if all contents differ, and nothing about unreadable images", () => {
    expect(check(4)).toEqual([]);
    expect(checkDuplicates({ ...set(3), content: [null, null, "hash"] })).toEqual([]);
  });

  it("warns about a share that no published set has, with counts and a few names", () => {
    expect(check(10, { 1: 0, 3: 0, 5: 4 })).toEqual([
      {
        severity: "warning",
        text: "/data: 3 of 10 images are copies of others, 2 of them in another class (0/0.jpg = 0/1.jpg = 1 more, 2/4.jpg = 2/5.jpg); each copy counts in the score",
        about: { benchmark: "b" },
      },
    ]);
  });

  it("warns about a copy in another class of an incomplete set, and notes what a complete one may contain", () => {
    expect(check(4000, { 3: 0 }, 5000)).toMatchObject([{ severity: "warning" }]);
    expect(check(4000, { 3: 0 })).toEqual([
      {
        severity: "note",
        text: "/data: 1 of 4000 images is a copy of another, in another class (0/0.jpg = 1/3.jpg)",
        about: { benchmark: "b" },
      },
    ]);
    expect(check(4000, { 1: 0 }, 5000)).toMatchObject([{ severity: "note" }]);
    expect(check(4000, { 1: 0, 3: 2, 5: 4, 7: 6, 9: 8 })).toMatchObject([{ severity: "warning" }]);
  });
});

describe("findDuplicates", () => {
  it("counts every image beyond the first of its content, once", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 12 }), (contents) => {
        const { images } = set(contents.length).manifest;
        const found = findDuplicates(images, contents.map(String));
        const distinct = new Set(contents).size;
        expect(found?.n ?? 0).toBe(contents.length - distinct);
        expect(found?.groups.flat().length ?? 0).toBe((found?.n ?? 0) + (found?.groups.length ?? 0));
      }),
      { seed: 3 },
    );
  });
});
