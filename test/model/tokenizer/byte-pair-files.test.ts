import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import type { BytePairFiles } from "../../../src/model/tokenizer/byte-pair-files.ts";
import { clipBytePairs } from "../../../src/model/tokenizer/clip-byte-pairs.ts";
import { clipTokenizerJson } from "../../../src/model/tokenizer/clip-tokenizer-json.ts";
import { openTokenizer } from "../../../src/model/tokenizer/tokenizer.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { contentOf } from "./content-of.ts";

interface Fixture {
  readonly contextLength: number;
  readonly trained: Readonly<Record<string, { vocab: Record<string, number>; merges: readonly string[] }>>;
  readonly folders: Readonly<Record<string, Folder>>;
}

interface Folder {
  readonly trained: string;
  readonly files: Readonly<Record<string, object>>;
  readonly padId: number;
  readonly ids: readonly (readonly number[])[];
}

const fixture = readFixture("byte-pairs.json.gz") as Fixture;
const { captions } = readFixture("tokenizer-kinds.json.gz") as { captions: readonly string[] };

interface Contents {
  readonly vocab: object;
  readonly merges: readonly string[];
  readonly files: Readonly<Record<string, object>>;
}

/** The files as the checkpoint's reader returns them. */
function filesOf({ vocab, merges, files }: Contents): BytePairFiles {
  const at = (name: string) => (name in files ? contentOf(name, files[name]) : null);
  return {
    vocabulary: contentOf("vocab.json", vocab),
    merges: contentOf("merges.txt", `#version: 0.2\n${merges.join("\n")}\n`),
    config: at("tokenizer_config.json"),
    specialTokens: at("special_tokens_map.json"),
    addedTokens: at("added_tokens.json"),
    defaultClass: "config.json" in files ? "CLIPTokenizer" : null,
  };
}

const open = (bytePairs: BytePairFiles, cleaning: "none" | "open_clip" = "none") =>
  openTokenizer({
    tokenizerJson: null,
    bytePairs,
    cleaning,
    encoding: "open_clip",
    padding: { rule: "tokenizer", files: bytePairs },
  });

describe("vocab.json and merges.txt", () => {
  it.each(Object.entries(fixture.folders))("result in transformers' ids and padding: %s", (_, folder) => {
    const trained = fixture.trained[folder.trained] as Fixture["trained"][string];
    const tokenizer = open(filesOf({ ...trained, files: folder.files }));
    const differing = captions.flatMap((caption, i) => {
      const ids = tokenizer.encode(caption, fixture.contextLength).join();
      return ids === folder.ids[i]?.join() ? [] : [{ caption, ids, expected: folder.ids[i]?.join() }];
    });
    expect(differing).toEqual([]);
    expect(folder.ids).toHaveLength(captions.length);
    expect(tokenizer.padId).toBe(folder.padId);
    expect(tokenizer.description).toContain("vocab.json and merges.txt");
  });

  it("with CLIP's vocabulary are open_clip's encoding with its cleaning, and CLIPTokenizer's without", () => {
    const { vocab } = clipTokenizerJson().model as { vocab: Record<string, number> };
    const files = { "tokenizer_config.json": { tokenizer_class: "CLIPTokenizer" } };
    const bytePairs = filesOf({ vocab, merges: clipBytePairs().merges, files });
    expect(open(bytePairs, "open_clip").isClipEncoding).toBe(true);
    const tokenizer = open(bytePairs);
    expect(tokenizer.isClipEncoding).toBe(false);
    const usual = openTokenizer({
      tokenizerJson: null,
      cleaning: "none",
      encoding: "open_clip",
      padding: { rule: "fixed", id: 0, source: "test" },
    });
    for (const caption of captions) expect(tokenizer.encode(caption, 77)).toEqual(usual.encode(caption, 77));
  });

  const clip = fixture.trained.clip as Fixture["trained"][string];
  const config = { "tokenizer_config.json": { tokenizer_class: "CLIPTokenizer" } };

  it.each([
    [
      "a class that is not known",
      { ...clip, files: { "tokenizer_config.json": { tokenizer_class: "BartTokenizer" } } },
      /vocab.json: tokenizer_class BartTokenizer; without tokenizer.json, only the vocabularies of CLIPTokenizer, RobertaTokenizer, GPT2Tokenizer are supported; save a tokenizer.json/,
    ],
    ["no class", { ...clip, files: {} }, /no file names its tokenizer_class/],
    [
      "merges of another vocabulary",
      { ...clip, merges: [...clip.merges, "zebra crossing"], files: config },
      /merges.txt: merge \d+: expected two tokens of vocab.json that form a third/,
    ],
    ["a merge that is none", { ...clip, merges: ["a"], files: config }, /merges.txt: merge 1: expected/],
    ["an empty vocabulary", { ...clip, vocab: {}, files: config }, /not a vocab.json/],
    ["ids that are none", { ...clip, vocab: { a: "1" }, files: config }, /not a vocab.json/],
    [
      "a special token that is not there",
      { ...clip, files: { ...config, "special_tokens_map.json": { eos_token: "[end]" } } },
      /the special token "\[end\]" is not in it/,
    ],
    [
      "tokens that were added",
      { ...clip, files: { ...config, "added_tokens.json": { "<new>": 5000 } } },
      /the token "<new>" \(id 5000\) was added to it/,
    ],
  ])("are refused by name with %s", (_, contents, message) => {
    const bytePairs = filesOf(contents);
    expect(() => open(bytePairs)).toThrow(message);
    expect(() => open(bytePairs)).toThrow(InputError);
  });
});
