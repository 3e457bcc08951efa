import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

describe("the README", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");

  it("shows library use that runs as it stands", () => {
    const code = /<!-- run by test\/readme\.test\.ts -->\n```ts\n([\s\S]*?)```/.exec(text)?.[1];
    expect(code).toBeDefined();
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", code as string], {
      cwd: root,
      encoding: "utf8",
    });
    expect(output).toBe("zebra\n");
  });

  it("links to files that are there, and names the commands that need nothing but Node", () => {
    expect(text).toContain("npm start");
    expect(text).toContain("npm test");
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1] as string);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(() => readFileSync(join(root, link))).not.toThrow();
  });

  it("has a reason for every package it stands on", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
    const table = text.slice(text.indexOf("## What it stands on"), text.indexOf("## Results that changed"));
    for (const name of Object.keys(dependencies)) expect(table).toContain(name);
  });
});
