import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import type { FileContent } from "../../../src/foundation/files/file-content.ts";
import { readText } from "../../../src/foundation/files/read-text.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { CLIP_VOCABULARY_SIZE, clipBytePairs } from "../../../src/model/tokenizer/clip-byte-pairs.ts";
import { clipTokenizerJson } from "../../../src/model/tokenizer/clip-tokenizer-json.ts";
import { openTokenizer, type Tokenizer, type TokenizerSource } from "../../../src/model/tokenizer/tokenizer.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { contentOf } from "./content-of.ts";
import { NO_PADDING_FILES } from "./no-padding-files.ts";

interface OddCaption {
  readonly text: string;
  readonly open_clip: readonly number[];
  readonly hugging_face: readonly number[] | null;
}

interface OddCaptions {
  readonly contextLength: number;
  readonly captions: readonly OddCaption[];
  readonly excepted: readonly OddCaption[];
  readonly "tokenizer.json": { readonly model: object };
}

interface ImagenetPrompts {
  readonly shape: readonly [number, number];
  readonly longest: number;
  readonly prompts: string;
  readonly sha256: string;
  readonly blockSize: number;
  readonly blocks: readonly string[];
}

const odd = readFixture("odd-strings.json.gz") as OddCaptions;
const byVocabulary = { rule: "vocabulary", files: NO_PADDING_FILES } as const;
const clipSource: TokenizerSource = {
  tokenizerJson: null,
  cleaning: "open_clip",
  encoding: "open_clip",
  padding: byVocabulary,
};

const clipJson = contentOf("clip.json", clipTokenizerJson());

/** The captions whose ids differ from the expected ones. */
function differing(tokenizer: Tokenizer, captions: readonly OddCaption[], expected: "open_clip" | "hugging_face") {
  return captions
    .map((caption) => ({
      text: caption.text,
      ids: [...tokenizer.encode(caption.text, 77)],
      expected: caption[expected],
    }))
    .filter(({ ids, expected }) => expected !== null && ids.join() !== expected.join());
}

async function imagenetPrompts(): Promise<string[]> {
  const rows = (await readText("prompts/class-names/imagenet-openai.csv")).trimEnd().split("\n").slice(1);
  const names = rows.map((row) => row.split(",").slice(2).join(",").replace(/^"|"$/g, ""));
  const templates = (await readText("prompts/templates/openai-80.txt")).trimEnd().split("\n");
  return names.flatMap((name) => templates.map((template) => template.replace("{}", name)));
}

describe("CLIP's vocabulary", () => {
  it("is the one that its notes describe", async () => {
    const { merges, vocabulary } = clipBytePairs();
    const readme = await readText("prompts/tokenizers/README.md");
    expect(readme).toContain(sha256(`${merges.join("\n")}\n`));
    expect(merges).toHaveLength(48_894);
    expect(vocabulary.size).toBe(CLIP_VOCABULARY_SIZE - 2);
  });

  it("returns open_clip's ids for all 80,000 ImageNet prompts, in both layouts", async () => {
    const expected = readFixture("imagenet-prompts.json") as ImagenetPrompts;
    const prompts = await imagenetPrompts();
    expect(sha256(prompts.join("\n"))).toBe(expected.prompts);
    const [count, contextLength] = expected.shape;
    expect(prompts).toHaveLength(count);
    for (const source of [clipSource, { ...clipSource, tokenizerJson: clipJson, cleaning: "none" } as const]) {
      const tokenizer = openTokenizer(source);
      const whole = createHash("sha256");
      const blocks: string[] = [];
      let longest = 0;
      for (let start = 0; start < count; start += expected.blockSize) {
        const ids = new Int32Array(expected.blockSize * contextLength);
        for (let i = 0; i < expected.blockSize; i++) {
          const row = tokenizer.encode(prompts[start + i] as string, contextLength);
          longest = Math.max(longest, row.length);
          ids.set(row, i * contextLength);
        }
        const bytes = new Uint8Array(ids.buffer);
        whole.update(bytes);
        blocks.push(sha256(bytes));
      }
      expect(blocks).toEqual(expected.blocks);
      expect(whole.digest("hex")).toBe(expected.sha256);
      expect(longest).toBe(expected.longest);
    }
  });

  it("returns open_clip's ids for 2,000 odd captions", () => {
    expect(odd.captions).toHaveLength(2000);
    expect(differing(openTokenizer(clipSource), odd.captions, "open_clip")).toEqual([]);
  });

  it("keeps mis-decoded text, and otherwise equals open_clip", () => {
    expect(odd.excepted.length).toBeGreaterThan(50);
    expect(differing(openTokenizer(clipSource), odd.excepted, "open_clip")).toEqual([]);
  });

  it("replaces a tokenizer.json with the same vocabulary in an open_clip layout", () => {
    const tokenizer = openTokenizer({ ...clipSource, tokenizerJson: clipJson });
    expect(tokenizer.description).toBe("tokenizer.json (BPE, 49408 tokens), open_clip cleaning");
    expect(differing(tokenizer, odd.captions, "open_clip")).toEqual([]);
  });

  it("writes the same tokenizer.json as transformers for CLIP's tokenizer", () => {
    const json = clipTokenizerJson() as { model: object };
    expect({ ...json, model: { ...json.model, vocab: {}, merges: [] } }).toEqual(odd["tokenizer.json"]);
  });

  it("returns transformers' ids for the odd captions in a Hugging Face layout", () => {
    const tokenizer = openTokenizer({ ...clipSource, tokenizerJson: clipJson, cleaning: "none" });
    expect(odd.captions.filter((caption) => caption.hugging_face !== null).length).toBeGreaterThan(1800);
    expect(differing(tokenizer, odd.captions, "hugging_face")).toEqual([]);
    expect(differing(openTokenizer({ ...clipSource, cleaning: "none" }), odd.captions, "hugging_face")).toEqual([]);
  });

  it("pads with 0 and ends with 49407 as open_clip does, or pads as configured", () => {
    const tokenizer = openTokenizer(clipSource);
    expect(tokenizer).toMatchObject({ padId: 0, endOfText: 49_407, vocabularySize: 49_408, cleaning: "open_clip" });
    expect(tokenizer.description).toBe("CLIP's own vocabulary (BPE, 49408 tokens), open_clip cleaning");
    const padding = { rule: "fixed", id: 49_407, source: "shiftline.json: padId" } as const;
    expect(openTokenizer({ ...clipSource, padding }).padId).toBe(49_407);
  });

  it("canonicalizes where it is told to", () => {
    const [plain, canonical] = [openTokenizer(clipSource), openTokenizer({ ...clipSource, cleaning: "canonicalize" })];
    const ids = plain.encode("an icecream cone in a b 1", 77);
    expect(canonical.encode("An ICE-cream_cone, (in a.b?) #1!".replace(".", "_"), 77)).toEqual(ids);
  });

  it.each(["open_clip", "canonicalize", "none"] as const)(
    "never throws, never exceeds the context, starts and ends every text (%s)",
    (cleaning) => {
      const tokenizer = openTokenizer({ ...clipSource, cleaning });
      const text = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
        fc
          .array(fc.constantFrom("&", "#", "x", "1", ";", "amp", "<", "\n", "\u001b[", "m", "'s", "Σ"))
          .map((parts) => parts.join("")),
      );
      fc.assert(
        fc.property(text, fc.integer({ min: 2, max: 77 }), (text, contextLength) => {
          const ids = tokenizer.encode(text, contextLength);
          expect(ids.length).toBeGreaterThanOrEqual(2);
          expect(ids.length).toBeLessThanOrEqual(contextLength);
          expect([ids[0], ids.at(-1)]).toEqual([49_406, 49_407]);
          expect(ids.every((id) => id >= 0 && id < tokenizer.vocabularySize)).toBe(true);
        }),
        { seed: 1, numRuns: 500 },
      );
      expect([...tokenizer.encode("a dog", 1)]).toEqual([49_407]);
    },
  );
});

describe("padding of a tokenizer.json", () => {
  const model = {
    type: "WordLevel",
    vocab: { "[UNK]": 0, dog: 1, "</s>": 2, "[PAD]": 3, "<p>": 4 },
    unk_token: "[UNK]",
  };
  const post_processor = { type: "BertProcessing", sep: ["</s>", 2], cls: ["dog", 1] };

  it("is the config's pad_token, otherwise its padding, a usual name, or the end of text", () => {
    const named = contentOf("named.json", { model, post_processor });
    const padded = contentOf("padded.json", { model, post_processor, padding: { pad_id: 2 } });
    const bare = contentOf("bare.json", {
      model: { ...model, vocab: { "[UNK]": 0, dog: 1, "</s>": 2 } },
      post_processor,
    });
    const config = contentOf("config.json", { pad_token: { content: "<p>", lstrip: false } });
    const silent = contentOf("silent.json", { pad_token: null });
    const padOf = (tokenizerJson: FileContent, config: FileContent | null) => {
      const padding = { rule: "vocabulary", files: { ...NO_PADDING_FILES, config } } as const;
      return openTokenizer({ ...clipSource, tokenizerJson, padding, cleaning: "none" }).padId;
    };
    expect(padOf(padded, config)).toBe(4);
    expect(padOf(padded, silent)).toBe(2);
    expect(padOf(named, null)).toBe(3);
    expect(padOf(bare, null)).toBe(2);
  });

  it("refuses a padding token that the vocabulary does not have", () => {
    const tokenizerJson = contentOf("named.json", { model, post_processor });
    const config = contentOf("strange.json", { pad_token: "<nothing>" });
    const padding = { rule: "tokenizer", files: { ...NO_PADDING_FILES, config } } as const;
    const open = () => openTokenizer({ ...clipSource, tokenizerJson, padding, cleaning: "none" });
    expect(open).toThrow(`${config.path}: pad_token: "<nothing>" is not in the vocabulary`);
    expect(open).toThrow(InputError);
  });
});

describe("a tokenizer.json that is none", () => {
  it.each([
    ["{ not json", "not JSON"],
    ["[]", "not a tokenizer.json"],
    ["{}", "not a tokenizer.json: model"],
    [
      { model: { type: "Quantum", vocab: {} } },
      'model.type: expected one of BPE, Unigram, WordPiece, WordLevel, got "Quantum"',
    ],
    [{ model: { type: "BPE", vocab: {}, merges: [] } }, "model.vocab: expected a non-empty object of token ids"],
    [
      { model: { type: "BPE", vocab: { a: "b" }, merges: [] } },
      "model.vocab: expected a non-empty object of token ids",
    ],
    [{ model: { type: "BPE", vocab: { a: 0 } } }, "model.merges: expected an array"],
    [{ model: { type: "BPE", vocab: { a: 0 }, merges: [1] } }, "cannot be used as a tokenizer"],
    [{ model: { type: "Unigram", vocab: { a: 0 } } }, "model.vocab: expected a non-empty array of [token, score]"],
    [
      { model: { type: "WordLevel", vocab: { a: 0 } }, normalizer: { type: "Polish" } },
      "Unknown Normalizer type: Polish",
    ],
    [
      {
        model: { type: "WordLevel", vocab: { a: 0 } },
        normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" },
      },
      "its precompiled_charsmap is truncated",
    ],
    [{ model: { type: "WordLevel", vocab: { a: 0 } }, added_tokens: [{ id: -1, content: "x" }] }, "added_tokens.0.id"],
  ])("is an InputError that names the file and the reason: %j", (content, reason) => {
    const tokenizerJson = contentOf("broken.json", content);
    const open = () => openTokenizer({ ...clipSource, tokenizerJson, cleaning: "none" });
    expect(open).toThrow(InputError);
    expect(open).toThrow(`${tokenizerJson.path}: `);
    expect(open).toThrow(reason);
  });

  it("is an InputError when it is not there", () => {
    const fault = new InputError("nowhere.json: no such file or folder");
    const open = () => openTokenizer({ ...clipSource, tokenizerJson: { path: "nowhere.json", bytes: null, fault } });
    expect(open).toThrow("nowhere.json: no such file or folder");
    expect(open).toThrow(InputError);
  });
});
