import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { createPreprocessor } from "../../../src/data/image/preprocess-image.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { readTensors, torchArchive } from "./weight-folders.ts";

/** Results of torch, Pillow and the reference tokenizers for the networks of test/fixtures/layouts (make-layouts.py). */
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

/** Tolerance for two orders of summation in float32, with values below 2. */
const DELTA = 2e-6;

function expectClose(found: Float32Array, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).closeTo(value, DELTA);
}

describe.each(Object.keys(layouts))("a checkpoint in the layout %s", (name) => {
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

it.each(Object.keys(layouts))("%s passes every check of its export", async (name) => {
  const { checks, warnings } = await inspectCheckpoint(join(root, name));
  expect(checks.filter((check) => check.status !== "ok")).toEqual([]);
  expect(warnings).toEqual([]);
});

describe("the notes about these layouts", () => {
  const notesOf = async (name: string) => (await openCheckpoint(join(root, name))).notes.join("\n");

  it("state that the graph normalizes uint8 pixels, and which mean and std are not applied", async () => {
    const { preprocessing, notes, warnings } = await openCheckpoint(join(root, "nhwc-uint8"));
    expect(preprocessing).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(notes.join("\n")).toContain(
      "image_encoder.onnx takes uint8 pixels, 0 to 255, and normalizes them: mean 0.48145466 0.4578275 0.40821073 and std 0.26862954 0.26130258 0.27577711 of preprocessor_config.json are not applied outside the graph",
    );
    expect(notes.join("\n")).toContain(
      "image_encoder.onnx takes image uint8 (1, 32, 32, 3): pixels are fed with channels last",
    );
    expect(warnings).toEqual([]);
  });

  it("state that bfloat16 weights are converted to float32", async () => {
    const { notes, image, text } = await inspectCheckpoint(join(root, "bfloat16"));
    expect(notes.join()).toContain("bfloat16 weights are converted to float32, which is exact");
    expect([image.precision, text?.precision]).toEqual(["bfloat16", "bfloat16"]);
  });

  it("state that channels come last, and that separators become 0", async () => {
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

  it("is part of the text identity, and uses the separator that a file names", async () => {
    const bert = { tokenizer_class: "BertTokenizer" };
    const [kept, stripped] = [await openCheckpoint(clipa(false, bert)), await openCheckpoint(clipa(true, bert))];
    expect(kept.text?.sha256).not.toBe(stripped.text?.sha256);
    expect([...(kept.tokenizer?.encode("cat", 12) ?? [])]).toEqual([2, 8, 3]);
    expect([...(stripped.tokenizer?.encode("cat [SEP] dog", 12) ?? [])]).toEqual([2, 8, 0, 9, 0]);
    const named = await openCheckpoint(clipa(true, { sep_token: { content: "[MASK]" } }));
    expect([...(named.tokenizer?.encode("cat [MASK]", 12) ?? [])]).toEqual([2, 8, 0, 3]);
  });

  it("is refused if no file names the separator token", async () => {
    await expect(openCheckpoint(clipa(true, {}))).rejects.toThrow(/strip_sep_token, but no file names its sep_token/);
    const opening = openCheckpoint(clipa(true, { sep_token: "<sep>" }));
    await expect(opening).rejects.toThrow(/its sep_token "<sep>" is not in the vocabulary/);
  });
});

describe("token states that are pooled outside the graph", () => {
  const folder = (changes: Readonly<Record<string, string | Uint8Array>> = {}, without: readonly string[] = []) => {
    const files = [
      "onnx/vision_model.onnx",
      "onnx/text_model.onnx",
      "preprocessor_config.json",
      "tokenizer.json",
      "tokenizer_config.json",
      "1_Pooling/config.json",
      "2_Dense/config.json",
      "2_Dense/model.safetensors",
    ].filter((file) => !without.includes(file));
    const from = (file: string) => readFileSync(join(root, "sentence-transformers", file));
    return writeTree(temporaryFolder(), { ...Object.fromEntries(files.map((file) => [file, from(file)])), ...changes });
  };
  const dense = JSON.parse(readFileSync(join(root, "sentence-transformers/2_Dense/config.json"), "utf8"));

  it("are noted with their pooling, and every file that affects it is part of the fingerprint", async () => {
    const checkpoint = await openCheckpoint(folder());
    expect(checkpoint.notes).toContain(
      "text embeddings are the mean of the states of a text's tokens (1_Pooling/config.json), then the Dense layer of 2_Dense (8 → 6, tanh)",
    );
    expect(checkpoint.files.map(({ role, path }) => `${role}: ${path}`)).toEqual(
      expect.arrayContaining([
        "text pooling: 1_Pooling/config.json",
        "text dense config: 2_Dense/config.json",
        "text dense: 2_Dense/model.safetensors",
      ]),
    );
    const identity = { ...dense, activation_function: "torch.nn.modules.linear.Identity" };
    const changed = await openCheckpoint(folder({ "2_Dense/config.json": JSON.stringify(identity) }));
    expect(changed.fingerprint).not.toBe(checkpoint.fingerprint);
  });

  it("take the Dense layer's weights from PyTorch's file too", async () => {
    const tensors = readTensors(readFileSync(join(root, "sentence-transformers/2_Dense/model.safetensors")));
    const checkpoint = await openCheckpoint(
      folder({ "2_Dense/pytorch_model.bin": torchArchive(tensors) }, ["2_Dense/model.safetensors"]),
    );
    expect(checkpoint.files.map(({ path }) => path)).toContain("2_Dense/pytorch_model.bin");
    const embed = async ({ openTextEncoder, tokenizer }: typeof checkpoint) => {
      const encoder = await openTextEncoder({ threads: 1 });
      const embedding = await encoder.encode([tokenizer?.encode("a photo of a cat", 12) as Int32Array]);
      await encoder.close();
      return [...embedding];
    };
    expect(await embed(checkpoint)).toEqual(await embed(await openCheckpoint(folder())));
  });

  it("follow modules.json if it exists", async () => {
    const type = (name: string) => `sentence_transformers.models.${name}`;
    const modules = (...names: string[]) =>
      JSON.stringify(
        names.map((name, idx) => ({ idx, name: `${idx}`, path: idx === 0 ? "" : `${idx}_${name}`, type: type(name) })),
      );
    const same = await openCheckpoint(folder({ "modules.json": modules("Transformer", "Pooling", "Dense") }));
    expect(same.notes.join()).toContain("Dense layer of 2_Dense");
    const without = openCheckpoint(folder({ "modules.json": modules("Transformer", "Pooling", "Normalize") }));
    expect((await without).notes.join()).not.toContain("Dense layer");
    const odd = openCheckpoint(folder({ "modules.json": modules("Transformer", "Pooling", "LSTM") }));
    await expect(odd).rejects.toThrow(/the module sentence_transformers.models.LSTM is not supported/);
    const twice = openCheckpoint(folder({ "modules.json": modules("Transformer", "Pooling", "Dense", "Dense") }));
    await expect(twice).rejects.toThrow(/Pooling, Dense, Dense: expected one Pooling and at most one Dense after it/);
  });

  it.each(["../outside", "/etc", "a/../../b", "C:\\\\b"])(
    "do not use a folder outside the checkpoint that modules.json names: %s",
    async (path) => {
      const modules = ["Transformer", "Pooling", "Dense"].map((name, idx) => ({
        idx,
        name: `${idx}`,
        path: ["", "1_Pooling", path][idx],
        type: `sentence_transformers.models.${name}`,
      }));
      const opening = openCheckpoint(folder({ "modules.json": JSON.stringify(modules) }));
      await expect(opening).rejects.toThrow(/modules\.json: 2\.path: expected a folder below that of modules\.json$/);
    },
  );

  it("are pooled as a shiftline.json states", async () => {
    const shiftline = (text: object) =>
      JSON.stringify({
        ...{ vision: { file: "onnx/vision_model.onnx" }, size: 32, contextLength: 12 },
        ...{ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], text: { file: "onnx/text_model.onnx", ...text } },
      });
    const expected = (layouts["sentence-transformers"] as Expected).texts;
    const root = folder({ "shiftline.json": shiftline({ pooling: "mean", dense: "2_Dense" }) }, [
      "1_Pooling/config.json",
    ]);
    const checkpoint = await openCheckpoint(root);
    const encoder = await checkpoint.openTextEncoder({ threads: 1 });
    for (const { prompt, embedding } of expected)
      expectClose(await encoder.encode([checkpoint.tokenizer?.encode(prompt, 12) as Int32Array]), embedding);
    await encoder.close();
    const plain = await openCheckpoint(
      folder({ "shiftline.json": shiftline({ pooling: "cls" }) }, ["1_Pooling/config.json"]),
    );
    expect(plain.notes).toContain("text embeddings are the state of a text's first token (shiftline.json)");
  });

  it.each([
    [
      "unknown pooling",
      {},
      ["1_Pooling/config.json"],
      /last_hidden_state has a state per token, and no file states how they are pooled: add sentence-transformers' 1_Pooling\/config.json/,
    ],
    [
      "an unsupported pooling",
      { "1_Pooling/config.json": '{"pooling_mode_max_tokens": true}' },
      [],
      /1_Pooling\/config.json: pooling max_tokens is not supported, only mean_tokens or cls_token alone/,
    ],
    [
      "two poolings",
      { "1_Pooling/config.json": '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}' },
      [],
      /pooling cls_token and mean_tokens is not supported/,
    ],
    [
      "another activation",
      { "2_Dense/config.json": JSON.stringify({ ...dense, activation_function: "torch.nn.modules.activation.GELU" }) },
      [],
      /activation_function torch.nn.modules.activation.GELU is not supported/,
    ],
    [
      "no weights",
      {},
      ["2_Dense/model.safetensors"],
      /2_Dense: no model.safetensors and no pytorch_model.bin: the weights of its Dense layer are needed/,
    ],
    [
      "weights of another shape",
      { "2_Dense/config.json": JSON.stringify({ ...dense, out_features: 5 }) },
      [],
      /linear.weight: expected float32 \(5, 8\), got float32 \(6, 8\)/,
    ],
    [
      "truncated weights",
      {
        "2_Dense/model.safetensors": readFileSync(
          join(root, "sentence-transformers/2_Dense/model.safetensors"),
        ).subarray(0, 250),
      },
      [],
      /2_Dense\/model.safetensors: not a valid safetensors file: truncated: expected 360 bytes, got 250/,
    ],
    [
      "invalid weights",
      { "2_Dense/model.safetensors": "0123456789" },
      [],
      /2_Dense\/model.safetensors: not a safetensors file: no header follows/,
    ],
  ])("are refused by name with %s", async (_, changes, without, message) => {
    await expect(openCheckpoint(folder(changes, without))).rejects.toThrow(message);
  });
});
