import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { makeManifest } from "../../../src/data/dataset/manifest.ts";
import { NOTHING_ASIDE } from "../../../src/data/sources/aside.ts";
import type { ImageEntry } from "../../../src/data/sources/image-entry.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";

describe("makeManifest", async () => {
  const imagenet = await readBenchmark("imagenet");
  const data = (images: ImageEntry[]) => ({
    format: "folder",
    root: "/data",
    layout: imagenet.layouts[0]!,
    images: collectImages(images),
    aside: NOTHING_ASIDE,
  });
  const images = Array.from({ length: 60 }, (_, i) => ({ path: `c${i % 12}/${i}.jpg`, bytes: i, label: i % 12 }));
  images.sort((a, b) => a.label - b.label);

  it("contains the wanted images, and is refused without any", () => {
    const odd = makeManifest(imagenet, data(images), { scored: (label) => label % 2 === 1 });
    expect(odd.images.length).toBe(30);
    expect([...odd.images].every((image) => image.label % 2 === 1)).toBe(true);
    expect(() => makeManifest(imagenet, data(images), { scored: () => false })).toThrow(
      /no images of imagenet to score/,
    );
  });

  it("draws a sample that is spread over the classes and depends on the paths alone", () => {
    const sample = makeManifest(imagenet, data(images), { limit: 24 });
    const counts = new Map<number, number>();
    for (const image of sample.images) counts.set(image.label, (counts.get(image.label) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array(12).fill(2));
    const again = makeManifest(imagenet, data(images.toReversed()), { limit: 24 });
    expect(new Set(again.images)).toEqual(new Set(sample.images));
    expect(makeManifest(imagenet, data(images), { limit: 5 }).images.length).toBe(5);
    expect(makeManifest(imagenet, data(images), { limit: 100 }).images.length).toBe(60);
  });

  it("keeps the canonical order in a sample", () => {
    const sample = makeManifest(imagenet, data(images), { limit: 30 });
    const positions = [...sample.images].map(({ path }) => images.findIndex((image) => image.path === path));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  it("has a different hash for another path, size or order, and the same hash for another place", () => {
    const hash = (list: ImageEntry[], root = "/data") => makeManifest(imagenet, { ...data(list), root }).sha256;
    expect(hash(images, "/elsewhere")).toBe(hash(images));
    expect(hash(images.toReversed())).not.toBe(hash(images));
    expect(hash(images.with(3, { ...images[3]!, bytes: 99 }))).not.toBe(hash(images));
    expect(hash(images.with(3, { ...images[3]!, path: "x" }))).not.toBe(hash(images));
  });
});
