import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMITTED, fuzzImage, readSources, shortVerdict } from "./fuzz/images.ts";
import { ourVerdict } from "./fuzz/verdict.ts";

/** The sources of the damaged images, and Pillow's results, which `npm run bench -- fuzz-images --write` wrote. */
const sources = readSources();
const [version = "", ...expected] = readFileSync(COMMITTED.file, "utf8").trimEnd().split("\n");

/** Damage that Pillow reads and we refuse by name: its pixels are undefined, we do not reproduce libtiff's rules, or the canvas is too wide for libvips. */
const REFUSED_BY_NAME =
  /rows are undefined|pixels where|CIE Lab|which Pillow and libtiff read differently|its tag \d+ has|a TIFF of|does not state how long|strips and tiles|into its header|overlap its header|bad image dimensions|^refused expected JPEG/;

describe("damaged images", () => {
  it("have Pillow's result: refused, or the same size and pixels", async () => {
    const wrong: string[] = [];
    const byName: string[] = [];
    for (let i = 0; i < COMMITTED.images; i++) {
      const { bytes, source } = fuzzImage(sources, COMMITTED.seed, i);
      const verdict = await ourVerdict(bytes);
      if (shortVerdict(verdict) === expected[i]) continue;
      const isByName = verdict.startsWith("refused") && REFUSED_BY_NAME.test(verdict);
      (isByName ? byName : wrong).push(`${i} ${source}: ours ${verdict}, Pillow ${expected[i]}`);
    }
    expect(wrong).toEqual([]);
    expect(byName.length).toBeLessThan(COMMITTED.images / 100);
  });

  it("are many of each format, and of both results", () => {
    expect(version).toMatch(/^Pillow 12\.3\.0 /);
    expect(expected.length).toBe(COMMITTED.images);
    const count = (format: RegExp, refused: boolean): number =>
      expected.filter((verdict, i) => format.test(sources[i % sources.length]!.name) && (verdict === "-") === refused)
        .length;
    for (const format of [/\.jpg$/, /\.png$/, /\.gif$/, /\.webp$/, /\.tif$/]) {
      expect(Math.min(count(format, true), count(format, false)), String(format)).toBeGreaterThan(100);
    }
  });
});
