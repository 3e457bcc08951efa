import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fillBenchmarks } from "../../bench/_benchmarks-md.ts";
import { fillMarker } from "../../bench/_markdown.ts";
import { fillPerformance } from "../../bench/_performance-md.ts";
import { additiveLimit } from "../../bench/_rates.ts";

const performancePage = readFileSync(join(import.meta.dirname, "../../docs/reference/performance.md"), "utf8");
const document = readFileSync(join(import.meta.dirname, "../../BENCHMARKS.md"), "utf8");

describe("BENCHMARKS.md", () => {
  it("shows the figures of bench/measured exactly", () => {
    expect(fillBenchmarks(document)).toBe(document);
  });

  it("agrees with the page on performance", () => {
    expect(fillPerformance(performancePage)).toBe(performancePage);
    expect(performancePage.match(/^\| --- \|/gm)?.length).toBe(2);
  });

  it("has each table, and none is empty", () => {
    const tables = [...document.matchAll(/<!-- (\w[^>]*) -->([\s\S]*?)<!-- \/\1 -->/g)];
    expect(tables.map(([, name]) => name)).toEqual([
      ...["peers vit-b-32", "peers vit-l-14", "peers photos-clip"],
      ...["transformers-js", "sweep", "int8", "plan"],
    ]);
    for (const [, , content] of tables) expect(content).toMatch(/^\| --- \|/m);
  });
});

describe("fillMarker", () => {
  it("replaces the text between its markers, repeatedly", () => {
    const once = fillMarker("a\n<!-- x -->\nold\n<!-- /x -->\nb\n", "x", "new");
    expect(once).toBe("a\n<!-- x -->\nnew\n<!-- /x -->\nb\n");
    expect(fillMarker(once, "x", "new")).toBe(once);
  });

  it("refuses to drop a table whose markers are missing", () => {
    expect(() => fillMarker("nothing here", "x", "new")).toThrow("<!-- x -->");
  });
});

describe("additiveLimit", () => {
  it("is the cores over the core-seconds of both", () => {
    const [inference, decode] = [
      { images: 100, seconds: 3, cpuSeconds: 6 },
      { images: 200, seconds: 1, cpuSeconds: 2 },
    ];
    expect(additiveLimit(2, inference, decode)).closeTo(2 / (0.06 + 0.01), 1e-12);
  });
});
