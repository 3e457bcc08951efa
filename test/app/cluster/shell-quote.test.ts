import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellLine } from "../../../src/app/cluster/shell-quote.ts";

describe("shellLine", () => {
  it("is parsed by bash and sh into the original words", () => {
    // A process's arguments cannot hold NUL
    const words = fc.array(
      fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
      { maxLength: 6 },
    );
    const hard = [
      "",
      "it's",
      '"',
      "$HOME",
      "`id`",
      "a b",
      "-n",
      "~",
      "a=b",
      "=ls",
      "\\",
      "\n",
      "*",
      "{a,b}",
      "!!",
      "#",
    ];
    const lines: string[] = [shellLine(hard)];
    const expected: string[][] = [hard];
    for (const sample of fc.sample(words, 60)) {
      lines.push(shellLine(sample));
      expected.push(sample);
    }
    const script = lines.map((line) => `show ${line}`).join("\n");
    for (const shell of ["bash", "sh"]) {
      const show = `show() { for word do printf '%s\\0' "$word"; done; printf '\\001\\0'; }\n`;
      const output = execFileSync(shell, ["-c", show + script], { encoding: "utf8" });
      const read = output
        .split("\u0001\0")
        .slice(0, -1)
        .map((line) => line.split("\0").slice(0, -1));
      expect(read).toEqual(expected);
    }
  });
});
