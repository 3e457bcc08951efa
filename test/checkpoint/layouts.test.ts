import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { createPreprocessor } from "../../src/image/preprocess-image.ts";
import { fixtures, temporaryFolder, writeTree } from "../helpers.ts";

/** What torch, Pillow and the reference tokenizers make of the networks of test/fixtures/layouts (make-layouts.py). */
interface Expected {
  readonly images: readonly { readonly picture: string; readonly embedding: readonly number[] }[];
  readonly texts: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    readonly embedding: readonly number[];
  }[];
}

const root = join(fixtures, "layouts");
const { layouts } = JSON.parse(readFileSync(join(root, "expected.json"), "utf8")) as {
  layouts: Record<string, Expected>;
};

/** Two orders of summation in float32, of values below 2. */
const DELTA = 2e-6;

function expectClose(found: Float32Array, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).closeTo(value, DELTA);
}

describe.each(["nhwc-uint8", "nhwc-float", "clipa"])("a checkpoint in the layout %s", (name) => {
  const expected = layouts[name] as Expected;

  it("embeds images as its reference does, alone and together", async () => {
    const checkpoint = await openCheckpoint(join(root, name));
    const { preprocessing } = checkpoint;
    const preprocessor = createPreprocessor(preprocessing);
    const length = 3 * preprocessor.height * preprocessor.width;
    const tensors = new Float32Array(expected.images.length * length);
    for (const [i, { picture }] of expected.images.entries()) {
      const pixels = new Uint8Array(length);
      preprocessor.toPixels(await decodeImage(readFileSync(join(fixtures, "demo/imagenet/val", picture))), pixels);
      preprocessor.toTensor(pixels, tensors.subarray(i * length, (i + 1) * length));
    }
    const encoder = await checkpoint.openImageEncoder({ threads: 1 });
    const together = await encoder.encode(tensors, expected.images.length);
    for (const [i, { embedding }] of expected.images.entries()) {
      expectClose(together.slice(i * encoder.dimension, (i + 1) * encoder.dimension), embedding);
      expectClose(await encoder.encode(tensors.subarray(i * length, (i + 1) * length), 1), embedding);
    }
    await encoder.close();
  });

  it("tokenizes and embeds texts as its reference does, alone and together", async () => {
    const checkpoint = await openCheckpoint(join(root, name));
    const encoder = await checkpoint.openTextEncoder({ threads: 1 });
    const rows = expected.texts.map(
      ({ prompt }) => checkpoint.tokenizer?.encode(prompt, encoder.contextLength) as Int32Array,
    );
    const padId = checkpoint.tokenizer?.padId as number;
    const together = await encoder.encode(rows);
    for (const [i, { ids, embedding }] of expected.texts.entries()) {
      const row = rows[i] as Int32Array;
      expect([...row, ...Array(ids.length - row.length).fill(padId)]).toEqual(ids);
      expectClose(together.slice(i * encoder.dimension, (i + 1) * encoder.dimension), embedding);
      expectClose(await encoder.encode([row]), embedding);
    }
    await encoder.close();
  });
});

describe("what is said of these layouts", () => {
  const notesOf = async (name: string) => (await openCheckpoint(join(root, name))).notes.join("\n");

  it("is that uint8 pixels are normalized by the graph, and which mean and std are not applied", async () => {
    const { preprocessing, notes, warnings } = await openCheckpoint(join(root, "nhwc-uint8"));
    expect(preprocessing).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(notes.join("\n")).toContain(
      "image_encoder.onnx takes uint8 pixels, 0 to 255, and normalizes them itself: mean 0.48145466 0.4578275 0.40821073 and std 0.26862954 0.26130258 0.27577711 of preprocessor_config.json are not applied outside it",
    );
    expect(notes.join("\n")).toContain(
      "image_encoder.onnx takes image uint8 (1, 32, 32, 3): pixels are fed with channels last",
    );
    expect(warnings).toEqual([]);
  });

  it("is that channels come last, and that separators become 0", async () => {
    expect(await notesOf("nhwc-float")).toContain(
      "pixel_values float32 (n, 32, 32, 3): pixels are fed with channels last",
    );
    expect(await notesOf("clipa")).toContain(
      "open_clip_config.json: strip_sep_token: the separator token of each text becomes 0",
    );
    const { text } = await openCheckpoint(join(root, "clipa"));
    expect(text).toMatchObject({ strippedId: 3, padId: 0 });
  });
});

describe("strip_sep_token", () => {
  const clipa = (strip: boolean, tokenizerConfig: object) => {
    const from = (name: string) => readFileSync(join(root, "clipa", name));
    const config = JSON.parse(from("open_clip_config.json").toString("utf8"));
    config.model_cfg.text_cfg.tokenizer_kwargs = strip ? { strip_sep_token: true } : {};
    return writeTree(temporaryFolder(), {
      ...Object.fromEntries(["visual.onnx", "textual.onnx", "tokenizer.json"].map((name) => [name, from(name)])),
      "open_clip_config.json": JSON.stringify(config),
      "tokenizer_config.json": JSON.stringify(tokenizerConfig),
    });
  };

  it("is part of the text identity, and takes the separator that a file names", async () => {
    const bert = { tokenizer_class: "BertTokenizer" };
    const [kept, stripped] = [await openCheckpoint(clipa(false, bert)), await openCheckpoint(clipa(true, bert))];
    expect(kept.text?.sha256).not.toBe(stripped.text?.sha256);
    expect([...(kept.tokenizer?.encode("cat", 12) ?? [])]).toEqual([2, 8, 3]);
    expect([...(stripped.tokenizer?.encode("cat [SEP] dog", 12) ?? [])]).toEqual([2, 8, 0, 9, 0]);
    const named = await openCheckpoint(clipa(true, { sep_token: { content: "[MASK]" } }));
    expect([...(named.tokenizer?.encode("cat [MASK]", 12) ?? [])]).toEqual([2, 8, 0, 3]);
  });

  it("is refused where no file says which token separates", async () => {
    await expect(openCheckpoint(clipa(true, {}))).rejects.toThrow(/strip_sep_token, and no file names its sep_token/);
    const other = openCheckpoint(clipa(true, { sep_token: "<sep>" }));
    await expect(other).rejects.toThrow(/its sep_token "<sep>" is not in the vocabulary/);
  });
});
