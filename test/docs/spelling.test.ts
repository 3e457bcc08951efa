import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../app/cli/run-cli.ts";
import { temporaryFolder, writeTree } from "../helpers.ts";
import { skipUnless } from "../require.ts";

const site = join(root, "site");
const program = join(site, "node_modules", "cspell", "bin.mjs");
const notInstalled = skipUnless(
  "docs",
  existsSync(program),
  "the spelling check is not installed here (npm run spelling), so spelling is not checked",
);

/** Runs the check. @returns its exit status and the words found, each once */
function spelling(...args: readonly string[]) {
  const config = ["--config", join(site, "cspell.json"), "--no-progress", "--no-summary"];
  const { status, stdout } = spawnSync(process.execPath, [program, "lint", ...config, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, found: stdout.trim() };
}

describe("the word lists of the spelling check", () => {
  it.each(["words.txt", "words-of-tests.txt"])("list each word of %s once, sorted within its section", (name) => {
    const sections = readFileSync(join(site, name), "utf8")
      .split(/^#.*$/m)
      .map((text) => text.trim().split("\n").filter(Boolean));
    for (const words of sections) {
      expect(words).toEqual([...words].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    }
    const words = sections.flat().map((word) => word.toLowerCase());
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
  });
});

describe.skipIf(notInstalled)("the spelling check", () => {
  it("finds nothing in documentation, sources and tests", () => {
    expect(spelling()).toEqual({ status: 0, found: "" });
  }, 300_000);

  it("refuses British spellings and misspellings", () => {
    // cspell:disable-next-line
    const words = "behaviour colour centred grey labelled licence normalise cancelled recieve acuracy".split(" ");
    const folder = writeTree(temporaryFolder(), { "text.md": words.join("\n") });
    const { status, found } = spelling("--words-only", "--root", folder, join(folder, "text.md"));
    expect(status).toBe(1);
    expect(found.split("\n").sort()).toEqual([...words].sort());
  });
});
