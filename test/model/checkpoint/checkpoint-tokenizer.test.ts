import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { huggingFaceFolder, wordTokenizer } from "./tiny-checkpoint.ts";

/** The word tokenizer of 100 tokens with these added tokens beyond them; the first may end every text. */
function withAdded(tokens: readonly string[], isInVocabulary: boolean, endsTexts = false): string {
  const json = JSON.parse(wordTokenizer());
  for (const [i, content] of tokens.entries()) {
    const id = 100 + i;
    json.added_tokens.push({ ...json.added_tokens[0], id, content });
    if (isInVocabulary) json.model.vocab[content] = id;
  }
  if (endsTexts) {
    const [end = ""] = tokens;
    json.post_processor.single[1].SpecialToken.id = end;
    json.post_processor.special_tokens = { [end]: { id: end, ids: [100], tokens: [end] } };
  }
  return JSON.stringify(json);
}

const sentinels = ["<extra_id_1>", "<extra_id_0>"];
const open = (tokenizer: string, files: Record<string, string> = {}) =>
  openCheckpoint(huggingFaceFolder({ files: { "tokenizer.json": tokenizer, ...files } }));

describe("a tokenizer with more ids than the token embedding has rows", () => {
  it.each([
    ["added only", false],
    ["in the vocabulary too, as T5's are", true],
  ])("opens if the excess ids are added tokens that ordinary texts do not produce (%s)", async (_, isInVocabulary) => {
    const checkpoint = await open(withAdded(sentinels, isInVocabulary));
    const encoder = await checkpoint.openTextEncoder({ threads: 1 });
    const ids = checkpoint.tokenizer?.encode("a photo of a dog", 24) as Int32Array;
    expect(ids.length).toBe(6);
    expect((await encoder.encode([ids])).length).toBe(encoder.dimension);
    await encoder.close();
  });

  it("refuses a prompt that contains such a token, and names it", async () => {
    const { tokenizer } = await open(withAdded(sentinels, true));
    const encode = () => tokenizer?.encode("a photo of <extra_id_0> dog", 24);
    expect(encode).toThrow(InputError);
    expect(encode).toThrow(
      /the prompt "a photo of <extra_id_0> dog" contains a special token of the tokenizer \(id 101\) beyond the token embedding of onnx\/model.onnx, which has 100 rows/,
    );
  });

  it("is refused if ids of ordinary words, padding or the end of text exceed the embedding", async () => {
    const words = JSON.parse(wordTokenizer());
    words.model.vocab.zebra = 100;
    const refusal = /the tokenizer has 101 tokens, but the token embedding of onnx\/model.onnx has only 100/;
    await expect(open(JSON.stringify(words))).rejects.toThrow(refusal);
    const padded = { "tokenizer_config.json": JSON.stringify({ pad_token: "<extra>", model_max_length: 24 }) };
    await expect(open(withAdded(["<extra>"], true), padded)).rejects.toThrow(refusal);
    await expect(open(withAdded(["<extra>"], true, true))).rejects.toThrow(refusal);
  });
});
