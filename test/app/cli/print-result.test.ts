import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printableLines, toPrintableJson } from "../../../src/app/cli/print-result.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { shiftline } from "./run-cli.ts";

const CONTROL = /[^\P{Cc}\n]|\p{Cf}/u;
/** Clears the screen; sets the window's title; the same with the one-byte forms; reverses the direction of text. */
const NAMES = ["\x1b[2Ja", "\x1b]0;owned\x07b", "\x9b2Jc", "\u202ed", "e\rf", "g"];

function accuracies(): string {
  const sets = [
    ["imagenet", "1000", 50_000, 0],
    ["imagenet-v2", "1000", 10_000, 0.1],
    ["imagenet-r", "200", 30_000, 0.05],
  ] as const;
  const lines = NAMES.flatMap((name, i) =>
    sets.map(([benchmark, protocol, n, below]) => {
      const value = 0.5 + 0.05 * i - below + 0.01 * (i % 3);
      return `"${name}",${benchmark},${protocol},"\x1b[31mt",top1,${value},${n}`;
    }),
  );
  return `checkpoint,benchmark,protocol,templates,metric,value,n\n${lines.join("\n")}\n`;
}

describe("what a command prints", () => {
  it.each([["text"], ["markdown"], ["latex"], ["wide-csv"], ["json"]])(
    "contains no control sequence from a name, in the tables and notes of fit: %s",
    async (format) => {
      const folder = writeTree(temporaryFolder(), { "accuracies.csv": accuracies() });
      const asked = format === "json" ? ["--json"] : ["--format", format];
      const { status, stdout, stderr } = await shiftline([
        ...["fit", join(folder, "accuracies.csv"), "--out", join(folder, "\x1b[1mout"), ...asked],
      ]);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout).not.toMatch(CONTROL);
      expect(stderr).not.toMatch(CONTROL);
      expect(stdout.length).toBeGreaterThan(100);
    },
  );

  it("does not change values in JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const shown = toPrintableJson({ value, text, NAMES, tag: "\u{e0041}" });
        expect(shown).not.toMatch(CONTROL);
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify({ value, text, NAMES, tag: "\u{e0041}" })));
      }),
    );
  });

  it("keeps the lines of a text", () => {
    expect(printableLines("a\n\x1bb\n\n")).toBe("a\n\\u{1b}b\n\n");
  });
});
