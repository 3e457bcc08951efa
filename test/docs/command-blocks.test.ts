import { describe, expect, it } from "vitest";
import { lacksShell } from "../system.ts";
import {
  type Block,
  blocksOf,
  commandLines,
  documentedPages,
  markProblems,
  outputDifference,
} from "./command-blocks.ts";
import { followPage, makePlaceholders } from "./follow-page.ts";

const pages = documentedPages().map((page) => ({ page, blocks: blocksOf(page) }));
const isFollowed = ({ mark }: Block) => mark?.kind === "run" || mark?.kind === "file";

describe("the blocks of the documentation", () => {
  it("are run, or marked as not run with the reason", () => {
    expect(pages.flatMap(({ blocks }) => markProblems(blocks))).toEqual([]);
  });

  const placeholders = makePlaceholders();
  const followed = pages.filter(({ blocks }) => blocks.some(isFollowed));
  it.skipIf(lacksShell).each(followed)(
    "of $page work in an empty folder",
    async ({ blocks }) => {
      await followPage(blocks, placeholders);
      expect(blocks.some(isFollowed)).toBe(true);
    },
    120_000,
  );
});

describe("the check of blocks", () => {
  const problems = (text: string) => markProblems(blocksOf("docs/page.md", text));
  const sh = "```sh\nls\n```\n";

  it("requires a mark above every block that a reader types or copies", () => {
    expect(problems(`Text.\n\n${sh}`)).toEqual([
      "docs/page.md:3: a block of sh without a mark: put <!-- run -->, <!-- run by TEST --> or <!-- not run: REASON --> above it",
    ]);
    expect(problems("```json\n{}\n```\n")[0]).toMatch(/^docs\/page\.md:1: a block of json .*<!-- file: NAME -->/);
    expect(problems(`<!-- run -->\n${sh}\n<!-- not run: needs a GPU -->\n\n${sh}`)).toEqual([]);
    expect(problems("```text\nanything\n```\n")).toEqual([]);
    expect(problems("<!-- run -->\n```json\n{}\n```\n")[0]).toContain("cannot be marked <!-- run -->");
  });

  it("accepts another test only if that test names the page", () => {
    expect(problems(`<!-- run by test/nothing.test.ts -->\n${sh}`)[0]).toContain("test/nothing.test.ts is not there");
    expect(problems(`<!-- run by test/helpers.ts -->\n${sh}`)[0]).toContain("test/helpers.ts does not mention page.md");
  });

  it("requires output to be compared if a block is run", () => {
    const text = "```text\nfile\n```\n";
    expect(problems(`<!-- run -->\n${sh}\n${text}`)[0]).toContain("mark it <!-- output -->");
    expect(problems(`<!-- run -->\n${sh}\n<!-- output -->\n${text}`)).toEqual([]);
    expect(problems(`<!-- output -->\n${text}`)[0]).toContain("of no block that is run");
  });

  it("finds blocks in lists, and continuation lines", () => {
    const [block] = blocksOf(
      "docs/page.md",
      "- A list\n\n  <!-- run, status 1 -->\n  ```sh\n  # why\n  a \\\n    b\n\n  c\n  ```\n",
    );
    expect(block?.mark).toEqual({ kind: "run", status: 1, options: ["status 1"] });
    expect(commandLines(block?.content ?? "")).toEqual(["a b", "c"]);
  });

  it("compares lines in order, with … for omissions", () => {
    const printed = "note: x\na 1\nb 2\nc 3\n";
    expect(outputDifference("a …\nb 2\n", printed)).toBeUndefined();
    expect(outputDifference("a 1\n…\nc 3\n", printed)).toBeUndefined();
    expect(outputDifference("a 1\nc 3\n", printed)).toBe("shown:   c 3\nprinted: b 2");
    expect(outputDifference("b 2\n…\na 1\n", printed)).toContain("shown:   a 1");
  });
});
