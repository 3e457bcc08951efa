import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ContentEntry, compareContent } from "../../../src/data/dataset/compare-content.ts";

function entries(text: string): ContentEntry[] {
  return text.split(" ").map((entry) => {
    const [path = "", sha256 = ""] = entry.split("=");
    return { path, sha256: sha256 === "?" ? null : sha256, label: path.charCodeAt(0) };
  });
}

const NONE = { changed: [], moved: [], gone: [], added: [] };

describe("compareContent", () => {
  it("distinguishes changed, gone and added images", () => {
    expect(compareContent(entries("a/1=x a/2=y b/1=z"), entries("a/1=x a/2=Y c/1=w"))).toEqual({
      changed: ["a/2"],
      moved: [],
      gone: ["b/1"],
      added: ["c/1"],
    });
  });

  it("reports where content moved, and whether to another class", () => {
    expect(compareContent(entries("a/1=x a/2=y"), entries("b/1=x a/3=y")).moved).toEqual([
      { from: "a/1", to: "b/1", relabeled: true },
      { from: "a/2", to: "a/3", relabeled: false },
    ]);
  });

  it("counts an image as gone if another one was moved over it", () => {
    expect(compareContent(entries("a/1=x b/1=y"), entries("b/1=x"))).toEqual({
      ...NONE,
      moved: [{ from: "a/1", to: "b/1", relabeled: true }],
      gone: ["b/1"],
    });
  });

  it("detects another class under the same path, as from a label stored with the image", () => {
    const image = { path: "0.tar/a.jpg", sha256: "x", bytes: 1 };
    const relabeled = compareContent([{ ...image, label: 0 }], [{ ...image, label: 1 }]);
    expect(relabeled).toEqual({ ...NONE, moved: [{ from: "0.tar/a.jpg", to: "0.tar/a.jpg", relabeled: true }] });
  });

  it("matches images with the same content by class first, and uses content where sizes are unknown", () => {
    expect(compareContent(entries("a/1=x b/1=x"), entries("b/9=x a/9=x")).moved).toEqual([
      { from: "b/1", to: "b/9", relabeled: false },
      { from: "a/1", to: "a/9", relabeled: false },
    ]);
    const [image] = entries("a/1=x") as [ContentEntry];
    expect(compareContent([{ ...image, bytes: 7 }], [{ ...image, bytes: 0 }])).toEqual(NONE);
  });

  it("treats an unknown hash as unchanged, unless the size differs", () => {
    expect(compareContent(entries("a/1=x"), entries("a/1=?"))).toEqual(NONE);
    const sized = (text: string, bytes: number) => entries(text).map((entry) => ({ ...entry, bytes }));
    expect(compareContent(sized("a/1=x", 1), sized("a/1=?", 1))).toEqual(NONE);
    expect(compareContent(sized("a/1=x", 1), sized("a/1=?", 2)).changed).toEqual(["a/1"]);
  });

  it("counts every image of both times exactly once", () => {
    const images = fc.uniqueArray(
      fc.record({
        path: fc.constantFrom("a/1", "a/2", "a/3", "b/1", "b/2", "b/3"),
        sha256: fc.constantFrom("u", "v", "w", "x", "y", "z"),
        label: fc.integer({ min: 0, max: 1 }),
      }),
      { selector: ({ path }) => path },
    );
    fc.assert(
      fc.property(images, images, (before, after) => {
        const { changed, moved, gone, added } = compareContent(before, after);
        const content = (list: readonly ContentEntry[], path: string) =>
          list.find((entry) => entry.path === path)?.sha256;
        const isSame = (entry: ContentEntry) =>
          after.some(
            ({ path, sha256, label }) => path === entry.path && sha256 === entry.sha256 && label === entry.label,
          );
        const same = before.filter(isSame).map(({ path }) => path);
        const left = [...same, ...changed, ...moved.map(({ from }) => from), ...gone].sort();
        const came = [...same, ...changed, ...moved.map(({ to }) => to), ...added].sort();
        expect(left).toEqual(before.map(({ path }) => path).sort());
        expect(came).toEqual(after.map(({ path }) => path).sort());
        for (const { from, to } of moved) expect(content(before, from)).toBe(content(after, to));
      }),
    );
  });
});
