import { describe, expect, it } from "vitest";
import type { PaddingSource } from "../../../src/model/tokenizer/padding-token.ts";
import { openTokenizer } from "../../../src/model/tokenizer/tokenizer.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { contentOf } from "./content-of.ts";
import { NO_PADDING_FILES } from "./no-padding-files.ts";

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, object>>;
  readonly pad_id: number;
}

const { cases } = readFixture("padding.json") as { readonly cases: readonly Case[] };

function paddingOf(files: Readonly<Record<string, object>>, rule: "tokenizer" | "vocabulary" = "tokenizer") {
  const find = (name: string) => (name in files ? contentOf(name, files[name]) : null);
  const padding: PaddingSource = {
    rule,
    files: {
      config: find("tokenizer_config.json"),
      specialTokens: find("special_tokens_map.json"),
      addedTokens: find("added_tokens.json"),
      defaultClass: null,
    },
  };
  return openTokenizer({
    tokenizerJson: find("tokenizer.json"),
    cleaning: "none",
    encoding: "file",
    padding,
  }).padding;
}

describe("the padding token", () => {
  it.each(cases)("is the one that transformers finds in $name", ({ files, pad_id }) => {
    expect(paddingOf(files)).toMatchObject({ id: pad_id, isExplicit: true });
  });

  it("is searched in twenty combinations of files", () => {
    expect(cases).toHaveLength(20);
    expect(new Set(cases.map(({ pad_id }) => pad_id)).size).toBeGreaterThanOrEqual(5);
  });

  it("names the deciding file, or states that there is none", () => {
    const both = cases.find(({ name }) => name === "special_tokens_map.json over tokenizer_config.json") as Case;
    expect(paddingOf(both.files).source).toBe('special_tokens_map.json: pad_token "</s>"');
    const [first] = cases as [Case];
    const bare = { "tokenizer.json": first.files["tokenizer.json"] as object };
    expect(paddingOf(bare)).toEqual({
      id: 4,
      source: 'no file names it: "<pad>", by its name',
      isExplicit: false,
    });
  });

  it("is 0 for a vocabulary of 49,408 tokens, regardless of its files, unless the model's configuration decides", () => {
    const [first] = cases as [Case];
    const vocab = Object.fromEntries(Array.from({ length: 49_407 }, (_, i) => [`w${i}`, i]));
    const model = { type: "WordLevel", vocab: { ...vocab, "<end>": 49_407 }, unk_token: "w0" };
    const json = { ...first.files["tokenizer.json"], added_tokens: [], model };
    const files = { "tokenizer.json": json, "tokenizer_config.json": { pad_token: "<end>" } };
    expect(paddingOf(files, "vocabulary")).toEqual({
      id: 0,
      source: "the rule for CLIP's vocabulary of 49,408 tokens",
      isExplicit: false,
    });
    expect(paddingOf(files, "tokenizer")).toMatchObject({ id: 49_407, isExplicit: true });
    const vocabularyPadding = paddingOf(first.files, "vocabulary");
    expect(vocabularyPadding.id).toBe(first.pad_id);
  });

  it("is the one in the model's configuration", () => {
    const padding = { rule: "fixed", id: 7, source: "shiftline.json: padId" } as const;
    const source = { tokenizerJson: null, cleaning: "open_clip", encoding: "open_clip", padding } as const;
    expect(openTokenizer(source).padding).toEqual({ id: 7, source: "shiftline.json: padId", isExplicit: true });
    const byRule = { ...source, padding: { rule: "vocabulary", files: NO_PADDING_FILES } } as const;
    expect(openTokenizer(byRule).padding).toMatchObject({ id: 0, isExplicit: false });
  });
});
