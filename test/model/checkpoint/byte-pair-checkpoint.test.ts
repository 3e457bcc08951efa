import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { huggingFaceFolder } from "./tiny-checkpoint.ts";

interface Fixture {
  readonly contextLength: number;
  readonly trained: Readonly<Record<string, { vocab: Record<string, number>; merges: readonly string[] }>>;
  readonly folders: Readonly<Record<string, { ids: readonly (readonly number[])[] }>>;
}

const { trained, folders, contextLength } = readFixture("byte-pairs.json.gz") as Fixture;
const { captions } = readFixture("tokenizer-kinds.json.gz") as { captions: readonly string[] };
const { vocab, merges } = trained.clip as Fixture["trained"][string];

/** A Hugging Face checkpoint of CLIP whose tokenizer is in two files. */
function folder(mergeList: readonly string[] = merges): string {
  const root = huggingFaceFolder({
    text: { vocabulary: Object.keys(vocab).length },
    files: {
      "vocab.json": JSON.stringify(vocab),
      "merges.txt": `#version: 0.2\n${mergeList.join("\n")}\n`,
      "config.json": JSON.stringify({ model_type: "clip", text_config: { max_position_embeddings: 24 } }),
    },
  });
  rmSync(join(root, "tokenizer.json"));
  rmSync(join(root, "tokenizer_config.json"));
  return root;
}

describe("a Hugging Face checkpoint with vocab.json and merges.txt", () => {
  it("opens without tokenizer.json, with transformers' ids, and reports the source of its tokenizer", async () => {
    const checkpoint = await openCheckpoint(folder());
    expect(checkpoint.notes.join("\n")).toContain("the tokenizer is built from vocab.json and merges.txt");
    const expected = folders["CLIP, by the model's type"]?.ids ?? [];
    for (const [i, caption] of captions.slice(0, 50).entries())
      expect([...(checkpoint.tokenizer?.encode(caption, contextLength) ?? [])]).toEqual(expected[i]);
    expect(checkpoint.files.map(({ role, path }) => `${role}: ${path}`)).toEqual(
      expect.arrayContaining(["tokenizer: vocab.json", "tokenizer merges: merges.txt"]),
    );
  });

  it("has another fingerprint and text identity with other merges", async () => {
    const [whole, fewer] = [await openCheckpoint(folder()), await openCheckpoint(folder(merges.slice(0, -1)))];
    expect(whole.fingerprint).not.toBe(fewer.fingerprint);
    expect(whole.text?.sha256).not.toBe(fewer.text?.sha256);
    expect(whole.text?.tokenizerSha256).not.toBe(fewer.text?.tokenizerSha256);
  });

  it("prefers a tokenizer.json in the same folder", async () => {
    const root = folder();
    writeFileSync(join(root, "tokenizer.json"), "{}");
    await expect(openCheckpoint(root)).rejects.toThrow(/not a tokenizer.json/);
  });

  it("offers a shiftline.json for the shipped CLIP tokenizer if there is neither and the vocabulary has its size", async () => {
    const root = huggingFaceFolder({ text: { vocabulary: 49_408 } });
    for (const name of ["tokenizer.json", "tokenizer_config.json"]) rmSync(join(root, name));
    const message = await openCheckpoint(root).then(String, String);
    expect(message).toMatch(/expected tokenizer.json, or vocab.json with merges.txt; save the checkpoint's tokenizer/);
    const json = /write this into \S+shiftline\.json[^{]*(\{.*\})$/.exec(message)?.[1] ?? "";
    writeFileSync(join(root, "shiftline.json"), json);
    const checkpoint = await openCheckpoint(root);
    expect(checkpoint.tokenizer?.description).toBe("CLIP's own vocabulary (BPE, 49408 tokens), open_clip cleaning");
  });
});
