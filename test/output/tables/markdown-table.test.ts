import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMarkdownTable, toMarkdownText } from "../../../src/output/tables/markdown-table.ts";
import { printable } from "../../../src/output/tables/text-table.ts";

const COLUMNS = [
  { title: "name", align: "left" },
  { title: "top-1 %", align: "right" },
] as const;

/** What a CommonMark reader makes of escaped text: backslash escapes and entities undone. */
function readBack(text: string): string {
  const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#64;": "@", "&#58;": ":" };
  return text.replace(/\\([!-/:-@[-`{-~])|&(?:amp|lt|gt|#64|#58|#46);/g, (all, escaped) =>
    all === "&#46;" ? "." : (escaped ?? entities[all]),
  );
}

describe("formatMarkdownTable", () => {
  it("is a GitHub table, empty where a cell is missing", () => {
    expect(formatMarkdownTable(COLUMNS, [["vit", "59.7"], ["resnet"]])).toBe(
      "| name | top-1 % |\n| :--- | ---: |\n| vit | 59.7 |\n| resnet |  |",
    );
  });

  it("shows markup in names as it stands", () => {
    expect(toMarkdownText("a|b <img> [x](y) *z* `q` _u_ $m$ #1 ~~s~~ &lt; @me http://e.org www.e.org \n")).toBe(
      "a\\|b &lt;img&gt; \\[x\\](y) \\*z\\* \\`q\\` \\_u\\_ \\$m\\$ \\#1 \\~\\~s\\~\\~ &amp;lt; &#64;me http&#58;//e.org www&#46;e.org \\\\u\\{a\\}",
    );
  });

  it("keeps any name whole, in as many cells as there are columns", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }))), (rows) => {
        const lines = formatMarkdownTable(COLUMNS, rows).split("\n");
        expect(lines).toHaveLength(2 + rows.length);
        rows.forEach((row, i) => {
          const line = lines[2 + i] as string;
          const cells = line.slice(2, -2).split(/(?<=(?<!\\)(?:\\\\)*) \| /);
          expect(cells.map(readBack)).toEqual(row.map(printable));
          expect(line.replace(/\\.|&#?\w+;/g, "")).not.toMatch(/[*_`<>[\]$~#@&]|:\/\//);
        });
      }),
    );
  });
});
