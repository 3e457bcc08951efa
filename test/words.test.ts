import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import words from "./words.json" with { type: "json" };

const root = join(import.meta.dirname, "..");

/** Hand-written text: code with its comments and messages, and documents. */
const WRITTEN =
  /^(?:(?:src|test|scripts|bench|examples)\/.*\.(?:ts|tsx|mts|mjs|md)|(?:docs|prompts|benchmarks|architectures|site|\.github)\/.*\.(?:md|mts|yml)|[^/]+\.md)$/;
const NOT_OURS = /^src\/model\/onnx\/onnx-schema\.ts$|^test\/words\.test\.ts$/;

/** A pattern that matches the whole word or phrase, case-sensitive or not, also across lines and comment marks. */
function wholeWords(phrase: string, flags: string): RegExp {
  const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, "(?:\\s|\\n\\s*(?:\\*|//)?\\s*)+");
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, flags);
}

interface WordList {
  readonly identifiers: readonly string[];
  readonly phrases: readonly string[];
  /** Files that may contain a word, such as the reader of a format that uses it; by word. */
  readonly except: Readonly<Record<string, readonly string[]>>;
}

/** Each use of a banned word as `file:line: word`. */
function bannedUses(files: ReadonlyMap<string, string>, { identifiers, phrases, except }: WordList): string[] {
  const patterns = [
    ...identifiers.map((word) => [word, wholeWords(word, "g")] as const),
    ...phrases.map((word) => [word, wholeWords(word, "gi")] as const),
  ];
  return [...files].flatMap(([file, text]) =>
    patterns.flatMap(([word, pattern]) =>
      except[word]?.includes(file)
        ? []
        : [...text.matchAll(pattern)].map(({ index }) => `${file}:${text.slice(0, index).split("\n").length}: ${word}`),
    ),
  );
}

describe("banned words", () => {
  it("do not occur: test/words.json", () => {
    const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
      .split("\0")
      .filter((file) => WRITTEN.test(file) && !NOT_OURS.test(file));
    expect(files.length).toBeGreaterThan(1000);
    const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
    expect(bannedUses(texts, words)).toEqual([]);
  });

  it("are found as whole words, across line ends, with the line", () => {
    const list = { identifiers: ["MOST_BYTES"], phrases: ["once more"], except: { "once more": ["b.ts"] } };
    const files = new Map([
      ["a.ts", "const MOST_BYTES = 1;\n// read Once\n  // more\nconst MOST_BYTES_READ = 2; // at once moreover\n"],
      ["b.ts", "// once more\n"],
    ]);
    expect(bannedUses(files, list)).toEqual(["a.ts:1: MOST_BYTES", "a.ts:2: once more"]);
  });

  it("are listed once each, and exceptions name a listed word and a file", () => {
    const listed = [...words.identifiers, ...words.phrases];
    expect(new Set(listed).size).toBe(listed.length);
    for (const [word, files] of Object.entries(words.except as Record<string, string[]>)) {
      expect(listed).toContain(word);
      for (const file of files)
        expect(wholeWords(word, "i").test(readFileSync(join(root, file), "utf8")), file).toBe(true);
    }
  });
});
