import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../bench/_child.ts";
import { DIFFERENCE_SECTIONS, type DifferencesMeasured } from "../../bench/_difference.ts";
import { lineDifferences, publishedDifferences } from "../../bench/_difference-lines.ts";
import {
  affineResize,
  changedOptions,
  changedResize,
  pillowResize,
  resizeWithoutAntialias,
} from "../../bench/_difference-pixels.ts";
import { fillDifferences } from "../../bench/_difference-tables.ts";
import { readMeasured } from "../../bench/_measured.ts";
import { createPreprocessing } from "../../src/data/image/preprocessing.ts";

const page = readFileSync(join(ROOT, "docs", "reference", "troubleshooting.md"), "utf8");
const measured = readMeasured<DifferencesMeasured>("differences");

// torch 2.13.0: interpolate(image, size=(2, 3), mode=mode, align_corners=False, antialias=False).clamp(0, 255).round()
const BICUBIC = [112, 190, 72, 32, 112, 165, 196, 168, 0, 101, 154, 222, 107, 187, 240, 151, 148, 201];
const BILINEAR = [107, 160, 85, 52, 106, 158, 190, 157, 40, 85, 138, 191, 114, 166, 220, 142, 131, 184];

/** A picture of 7 × 5 pixels. */
const image = {
  width: 7,
  height: 5,
  data: Uint8Array.from({ length: 105 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % 7, Math.floor(i / 21)];
    return (x * 37 + y * 91 + c * 53 + x * y * 29) % 256;
  }),
};

describe("the page on different numbers", () => {
  it("shows what was measured, to the letter", () => {
    expect(measured).not.toBeNull();
    expect(fillDifferences(page, measured as DifferencesMeasured)).toBe(page);
  });

  it("has rows in every section, of changes that reach something", () => {
    const { differences = [] } = measured ?? {};
    for (const section of DIFFERENCE_SECTIONS) {
      expect(differences.filter((row) => row.section === section).length, section).toBeGreaterThan(5);
    }
    expect(differences.filter(({ affected }) => affected === 0)).toEqual([]);
  });

  it("shows differences between published figures as the shipped tables have them", async () => {
    expect(publishedDifferences()).toEqual(measured?.published);
    for (const [i, row] of (await lineDifferences()).entries()) {
      const { median, max, ...rest } = row;
      expect(measured?.lines[i]).toMatchObject(rest);
      expect(measured?.lines[i]?.median).closeTo(median, 1e-9);
      expect(measured?.lines[i]?.max).closeTo(max, 1e-9);
    }
  });

  it("quotes messages as the code has them", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readFileSync(join(ROOT, "src", path), "utf8"))
      .join("\n");
    const section = page.slice(page.indexOf("\n## Errors"), page.indexOf("\n## Slow"));
    const messages = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string);
    expect(messages.length).toBeGreaterThan(10);
    const parts = messages.flatMap((message) => message.split("…").map((part) => part.replace(/^: |^; /, "").trim()));
    const missing = parts.filter((part) => part !== "" && !sources.includes(part));
    expect(missing).toEqual([]);
  });
});

describe("other ways to resize", () => {
  it("are PyTorch's interpolate where there is no antialias", async () => {
    for (const [kernel, expected] of [
      ["bicubic", BICUBIC],
      ["bilinear", BILINEAR],
    ] as const) {
      const { data } = await resizeWithoutAntialias(kernel)(image, 3, 2);
      const apart = [...data].map((value, i) => Math.abs(value - (expected[i] as number)));
      expect(Math.max(...apart), kernel).toBeLessThanOrEqual(1); // a half is rounded up here, to even there
    }
  });

  it("keep torchvision's size and crop: with Pillow's resize nothing changes", async () => {
    for (const size of [2, 3, 4]) {
      const preprocessing = createPreprocessing({ size });
      const plain = await changedOptions({})(image, preprocessing);
      expect(await changedResize(pillowResize("bicubic"))(image, preprocessing)).toEqual(plain);
    }
  });

  it("give the asked size where sharp's affine gives one pixel less", async () => {
    for (const [width, height] of [
      [3, 2],
      [5, 4],
      [6, 5],
    ] as const) {
      const { data, ...size } = await affineResize(image, width, height);
      expect(data.length).toBe(size.width * size.height * 3);
      expect(size.width).toBeGreaterThanOrEqual(width);
      expect(size.height).toBeGreaterThanOrEqual(height);
    }
  });
});
