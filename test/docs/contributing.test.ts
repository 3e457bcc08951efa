import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };

describe.each(["CONTRIBUTING.md", "docs/reference/releasing.md"])("%s", (page) => {
  it("names files and scripts that exist", () => {
    const text = read(page);
    const paths = [...text.matchAll(/`((?:\.[a-z]+\/)?[\w.-]*\/[\w./-]*)`/g)].map(([, path]) => path as string);
    const named = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name as string);
    expect(paths.length).toBeGreaterThan(2);
    expect(paths.filter((path) => path !== "dist/" && !existsSync(join(root, path)))).toEqual([]);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("CONTRIBUTING.md", () => {
  it("has each recipe name the test that checks it", () => {
    const recipes = read("CONTRIBUTING.md")
      .split(/^## /m)
      .filter((section) => section.startsWith("Add "));
    expect(recipes.map((section) => section.split("\n")[0])).toEqual([
      "Add a benchmark",
      "Add a metric",
      "Add a format that images are read from",
      "Add an architecture",
      "Add an option to a command",
    ]);
    for (const section of recipes) expect(section).toMatch(/test\/[\w/-]+\.test\.ts/);
  });
});
