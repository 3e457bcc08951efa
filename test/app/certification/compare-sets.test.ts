import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSets } from "../../../src/app/certification/compare-sets.ts";
import { formatComparison, formatPairs } from "../../../src/app/certification/comparison-text.ts";
import { chooseSharedEmbeddings, findNearPairs } from "../../../src/evaluation/scoring/near-copies.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { writeStoredMatrix } from "../../../src/foundation/files/stored-matrix.ts";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { makeTar } from "../../data/sources/make-tar.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { mulberry32 } from "../../seeded-random.ts";
import { petsDefinition, petsRoot, photo } from "./pets.ts";

/** Embeddings of some contents, as an evaluation stores them. */
async function storeEmbeddings(
  store: string,
  folder: string,
  rows: readonly (readonly [hash: string, embedding: readonly number[]])[],
  checkpoint = "clip",
): Promise<void> {
  const place = join(store, "images", folder);
  writeTree(place, {
    "store.json": JSON.stringify({ checkpoint, fingerprint: checkpoint, preprocessing: { size: 1 } }),
  });
  const columns = rows[0]?.[1].length ?? 0;
  const data = Float32Array.from(rows.flatMap(([, embedding]) => embedding));
  const about = { first: 0, skipped: [], content: rows.map(([hash]) => hash) };
  await writeStoredMatrix(join(place, "part-00000"), matrix(data, rows.length, columns), about);
}

function compare(root: string, against: string, store = join(temporaryFolder(), "store")) {
  return compareSets(root, against, { benchmarks: [petsDefinition()], store, threads: 1, threshold: 0.9 });
}

describe("compareSets", () => {
  it("finds the same images in folders at any depth, and reports that similar images were not searched", async () => {
    const against = writeTree(temporaryFolder(), {
      "loose.jpg": photo(0),
      "deep/er/x.jpg": photo(2),
      "deep/er/again.jpg": photo(2),
      "deep/other.jpg": photo(20),
      "notes.txt": "no image",
    });
    symlinkSync(join(against, "deep"), join(against, "link"));
    symlinkSync("nowhere", join(against, "gone.jpg"));
    const found = await compare(petsRoot(), against);
    expect(found).toMatchObject({ same: 2, near: 0, embeddings: null, against: { images: 5 } });
    expect(found.unreadable).toEqual({ benchmarks: 0, against: 1 });
    expect(found.pairs).toEqual([
      { kind: "same", benchmark: "pets", class: "cat", image: "cat/a.jpg", copy: "loose.jpg", cosine: null },
      { kind: "same", benchmark: "pets", class: "dog", image: "dog/a.jpg", copy: "deep/er/again.jpg", cosine: null },
      { kind: "same", benchmark: "pets", class: "dog", image: "dog/a.jpg", copy: "deep/er/x.jpg", cosine: null },
    ]);
    expect(found.classes.map((row) => [row.class, row.images, row.same])).toEqual([
      ["cat", 2, 1],
      ["dog", 2, 1],
    ]);
    const text = formatComparison(found, "STORE");
    expect(text).toContain("identical bytes: 2 of 6");
    expect(text).toMatch(/not searched[\s\S]*shiftline evaluate CHECKPOINT .* --store STORE/);
  });

  it("reads containers with any labels of their images", async () => {
    const members = [
      { name: "s0.txt", content: "a caption" },
      { name: "s0.jpg", content: photo(1) },
    ];
    const against = writeTree(temporaryFolder(), { "00000.tar": makeTar(members) });
    expect((await compare(petsRoot(), against)).pairs.map(({ image, copy }) => [image, copy])).toEqual([
      ["cat/b.jpg", "00000.tar/s0.jpg"],
    ]);
    expect((await compare(petsRoot(), join(against, "00000.tar"))).same).toBe(1);
  });

  it("finds near duplicates by the stored embeddings of a checkpoint, and lists both kinds", async () => {
    const store = join(temporaryFolder(), "store");
    const hashOf = (at: number) => sha256(photo(at));
    await storeEmbeddings(store, "a", [
      [hashOf(0), [1, 0, 0]],
      [hashOf(3), [0, 2, 0]],
    ]);
    await storeEmbeddings(store, "b", [
      [hashOf(20), [0, 3, 0.3]],
      [hashOf(21), [0, 0, 1]],
    ]);
    await storeEmbeddings(store, "c", [[hashOf(0), [1, 1]]], "a-checkpoint-of-fewer");
    writeFileSync(join(store, "images", "stray.txt"), "no folder");
    const against = writeTree(temporaryFolder(), { "near.jpg": photo(20), "far.jpg": photo(21), "same.jpg": photo(1) });
    const found = await compare(petsRoot(), against, store);
    expect(found.embeddings).toEqual({
      ...{ checkpoint: "clip", threshold: 0.9 },
      ...{ left: 2, leftContents: 6, right: 2, rightContents: 3 },
    });
    expect([found.same, found.near]).toEqual([1, 1]);
    expect(found.pairs[1]).toMatchObject({ kind: "near", image: "dog/b.jpg", copy: "near.jpg" });
    expect(found.pairs[1]?.cosine).closeTo(3 / Math.hypot(3, 0.3), 1e-6); // float32 products
    expect(formatPairs(found.pairs).split("\n").slice(0, 2)).toEqual([
      "benchmark,class,image,kind,cosine,copy",
      "pets,cat,cat/b.jpg,same,,same.jpg",
    ]);
  });

  it("gives the pairs of a brute-force comparison", async () => {
    const random = mulberry32(7);
    const d = 6;
    const unit = () => {
      const values = Array.from({ length: d }, () => (random() % 2001) / 1000 - 1);
      const norm = Math.hypot(...values);
      return values.map((value) => value / norm);
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), async (n, m) => {
        const store = join(temporaryFolder(), "store");
        const rows = (side: string, count: number) =>
          Array.from({ length: count }, (_, i) => [sha256(`${side}${i}`), unit()] as const);
        const [left, right] = [rows("l", n), rows("r", m)];
        await storeEmbeddings(store, "l", left);
        await storeEmbeddings(store, "r", right);
        const sets = { left: new Set(left.map(([hash]) => hash)), right: new Set(right.map(([hash]) => hash)) };
        const { model = "" } = (await chooseSharedEmbeddings(store, sets.left, sets.right)) ?? {};
        const threshold = 0.4;
        const pairs = await findNearPairs(store, { ...sets, model }, { threshold, threads: 1 });
        const dot = (a: readonly number[], b: readonly number[]) =>
          a.reduce((sum, x, k) => sum + x * (b[k] as number), 0);
        const wanted = left.flatMap(([a, x]) =>
          right.flatMap(([b, y]) => (dot(x, y) >= threshold ? [`${a} ${b}`] : [])),
        );
        const found = pairs.map((pair) => `${pair.left} ${pair.right}`);
        // for each image of the larger set, the 8 nearest are examined
        if (Math.min(n, m) <= 8) expect(found.sort()).toEqual(wanted.sort());
        else expect(wanted).toEqual(expect.arrayContaining(found));
      }),
      { numRuns: 12 },
    );
  });
});
