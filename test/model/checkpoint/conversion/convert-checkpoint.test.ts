import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/foundation/errors.ts";
import {
  type ConvertOptions,
  convertCheckpoint,
} from "../../../../src/model/checkpoint/conversion/convert-checkpoint.ts";
import { makeProbeImages } from "../../../../src/model/checkpoint/export-checks.ts";
import { type Checkpoint, openCheckpoint } from "../../../../src/model/checkpoint/open-checkpoint.ts";
import { readOnnxModel } from "../../../../src/model/onnx/onnx-model.ts";
import { temporaryFolder, writeTree } from "../../../helpers.ts";
import {
  bfloat16Tensors,
  exportFolder,
  halfTensors,
  openAiTensors,
  readTensors,
  usualName,
  weightBytes,
  weightFolder,
  writeTensors,
} from "../weight-folders.ts";

const PROMPTS = ["a photo of a dog", "A photo, of two Cats!", "an origami of the jay", "dog ".repeat(90)];

/** Embeddings of synthetic images and of the prompts. */
async function embed(checkpoint: Checkpoint): Promise<Float32Array[]> {
  const image = await checkpoint.openImageEncoder({ threads: 1 });
  const images = await image.encode(makeProbeImages(3, checkpoint.preprocessing.size), 3);
  await image.close();
  const text = await checkpoint.openTextEncoder({ threads: 1 });
  const rows = PROMPTS.map((prompt) => checkpoint.tokenizer?.encode(prompt, text.contextLength) as Int32Array);
  const texts = await text.encode(rows);
  await text.close();
  return [images, texts];
}

/**
 * Converts, and compares the embeddings of the converted checkpoint with those of the weights: both run the same operations on
 * the same numbers.
 */
async function convertsFaithfully(path: string, options: ConvertOptions = {}) {
  const out = join(temporaryFolder(), "deep", "converted");
  const converted = await convertCheckpoint(path, out, options);
  const [before, after] = [await openCheckpoint(path), await openCheckpoint(out)];
  expect(after.layout).toBe(converted.layout);
  expect(after.preprocessing).toEqual(before.preprocessing);
  expect(await embed(after)).toEqual(await embed(before));
  const written = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) => !/^onnx$/.test(file));
  expect(converted.files.map((file) => file.path).sort()).toEqual(written.sort());
  for (const file of converted.files) expect(statSync(join(out, file.path)).size).toBe(file.bytes);
  expect(readdirSync(dirname(out))).toEqual(["converted"]);
  return { out, converted, files: written };
}

const messageOf = async (path: string, out: string, options: ConvertOptions = {}) => {
  const error = await convertCheckpoint(path, out, options).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
};

describe("convertCheckpoint", () => {
  it.each(["siglip-open-clip", "tiny"] as const)("writes %s in open_clip's layout", async (name) => {
    const { out, files, converted } = await convertsFaithfully(weightFolder(name));
    expect(converted.layout).toBe("open_clip");
    expect(files).toEqual([
      "open_clip_config.json",
      "textual.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
      "visual.onnx",
    ]);
    for (const file of files.filter((name) => name.endsWith(".json"))) {
      expect(readFileSync(join(out, file), "utf8")).toBe(readFileSync(join(exportFolder(name), file), "utf8"));
    }
    const { inputs, outputs } = readOnnxModel(join(out, "visual.onnx"));
    expect([inputs, outputs].map(([value]) => value?.name)).toEqual(["image", "image_features"]);
    const text = readOnnxModel(join(out, "textual.onnx"));
    expect([text.inputs, text.outputs].map(([value]) => value?.name)).toEqual(["text", "text_features"]);
  });

  it.each([
    ["hf-clip", "image_embeds", "text_embeds"],
    ["siglip", "pooler_output", "pooler_output"],
    ["siglip-open-clip", "image_embeds", "text_embeds"],
  ] as const)("writes %s in Hugging Face's layout, with %s and %s", async (name, image, text) => {
    const isOpenClip = name === "siglip-open-clip";
    const { out, files, converted } = await convertsFaithfully(
      weightFolder(name),
      isOpenClip ? { layout: "hugging-face" } : {},
    );
    expect(files).toEqual([
      "config.json",
      join("onnx", "text_model.onnx"),
      join("onnx", "vision_model.onnx"),
      ...(isOpenClip ? ["open_clip_config.json"] : []),
      "preprocessor_config.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(converted.notes.filter((note) => note.includes("transformers.js"))).toEqual(
      isOpenClip ? [expect.stringMatching(/canonicalize texts .* and pad them with \d+ to 48 tokens$/)] : [],
    );
    const nameOf = (file: string) => readOnnxModel(join(out, "onnx", file)).outputs.map((output) => output.name);
    expect([nameOf("vision_model.onnx"), nameOf("text_model.onnx")]).toEqual([[image], [text]]);
  });

  it("writes weights that exceed one ONNX file to a side file, and tells transformers.js where it is", async () => {
    const options = { maxInlineBytes: 0, layout: "hugging-face" } as const;
    const { out, files } = await convertsFaithfully(weightFolder("siglip-open-clip"), options);
    expect(files).toContain(join("onnx", "vision_model.onnx_data"));
    expect(files).toContain(join("onnx", "text_model.onnx_data"));
    const config = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(config["transformers.js_config"]).toEqual({
      use_external_data_format: { vision_model: true, text_model: true },
    });
    const converted = await convertsFaithfully(weightFolder("hf-clip"), { maxInlineBytes: 0 });
    const extended = JSON.parse(readFileSync(join(converted.out, "config.json"), "utf8"));
    const before = JSON.parse(readFileSync(join(exportFolder("hf-clip"), "config.json"), "utf8"));
    expect(extended).toEqual({ ...before, "transformers.js_config": config["transformers.js_config"] });
    const besides = await convertsFaithfully(weightFolder("siglip-open-clip"), { maxInlineBytes: 0 });
    expect(besides.files).toContain("visual.onnx.data");
  });

  it("keeps float16 as it is stored, and widens bfloat16", async () => {
    const tensors = readTensors(weightBytes("siglip-open-clip"));
    for (const [narrow, type] of [
      [halfTensors(tensors, "F16"), "float16"],
      [bfloat16Tensors(tensors, "BF16"), "float32"],
    ] as const) {
      const folder = weightFolder("siglip-open-clip", { [usualName("siglip-open-clip")]: writeTensors(narrow) });
      const { out } = await convertsFaithfully(folder);
      const stored = readOnnxModel(join(out, "visual.onnx")).tensors.filter(({ dims }) => dims.length === 2);
      expect([...new Set(stored.map((tensor) => tensor.type))]).toContain(type);
      if (type === "float32") expect(new Set(stored.map((tensor) => tensor.type))).toEqual(new Set(["float32"]));
    }
  });

  it("writes settings that no file of the weights stated: CLIP's vocabulary and the preprocessing", async () => {
    const folder = writeTree(temporaryFolder(), { "ViT-tiny.safetensors": writeTensors(openAiTensors()) });
    const path = join(folder, "ViT-tiny.safetensors");
    const { out } = await convertsFaithfully(path);
    const config = JSON.parse(readFileSync(join(out, "open_clip_config.json"), "utf8"));
    expect(config).toMatchObject({
      model_cfg: { quick_gelu: true, vision_cfg: { image_size: 32 }, text_cfg: { context_length: 77 } },
      preprocess_cfg: { size: [32, 32], interpolation: "bicubic", resize_mode: "shortest" },
    });
    const forOthers = await convertsFaithfully(path, { layout: "hugging-face" });
    expect(forOthers.files).toContain("tokenizer.json");
    expect(JSON.parse(readFileSync(join(forOthers.out, "config.json"), "utf8"))).toMatchObject({
      model_type: "clip",
      text_config: { hidden_act: "quick_gelu" },
      vision_config: { hidden_act: "quick_gelu", image_size: 32 },
    });
  });

  it("writes vocab.json with merges.txt as the equivalent tokenizer.json", async () => {
    const folder = weightFolder("hf-clip");
    const { model } = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8"));
    rmSync(join(folder, "tokenizer.json"));
    const merges = model.merges.map((merge: string | string[]) => [merge].flat().join(" ")).join("\n");
    writeTree(folder, {
      "vocab.json": JSON.stringify(model.vocab),
      "merges.txt": `#version: 0.2\n${merges}\n`,
      "tokenizer_config.json": JSON.stringify({ tokenizer_class: "CLIPTokenizer", model_max_length: 32 }),
    });
    const { files } = await convertsFaithfully(folder);
    expect(files.filter((file) => /vocab|merges|tokenizer/.test(file))).toEqual([
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
  });

  it("stores a warning about the weights in the graphs, without their folder", async () => {
    const folder = writeTree(temporaryFolder(), {
      "ViT-tiny.safetensors": writeTensors(openAiTensors()),
      "open_clip_config.json": JSON.stringify({
        model_cfg: {
          embed_dim: 32,
          vision_cfg: { image_size: 32, patch_size: 16, width: 64, layers: 1 },
          text_cfg: { width: 64, heads: 1, layers: 1 },
        },
        preprocess_cfg: {},
      }),
    });
    const path = join(folder, "ViT-tiny.safetensors");
    const { out, converted } = await convertsFaithfully(path);
    const [warning] = converted.warnings;
    expect(warning).toMatch(/whose models use QuickGELU, but open_clip_config\.json states GELU/);
    const { warnings } = await openCheckpoint(out);
    expect(warnings).toEqual([warning?.replace(join(folder, "/"), "")]);
    expect(warnings[0]).not.toContain(folder);
  });

  it("refuses a layout that cannot express the settings of a checkpoint", async () => {
    const out = join(temporaryFolder(), "out");
    const open = { layout: "open_clip" } as const;
    expect(await messageOf(weightFolder("siglip"), out, open)).toMatch(
      /the layout open_clip cannot express this checkpoint's tokenization/,
    );
    expect(await messageOf(weightFolder("tiny"), out, { layout: "hugging-face" })).toMatch(
      /resized by the longer side and padded, which .* cannot express; use --layout open_clip$/,
    );
    expect(readdirSync(dirname(out))).toEqual([]);
  });

  it("refuses a checkpoint of graphs, and an --out that is not empty, and changes neither", async () => {
    const out = writeTree(temporaryFolder(), { mine: "mine" });
    expect(await messageOf(exportFolder("tiny"), join(out, "new"))).toMatch(
      /external-data: already an ONNX checkpoint \(visual\.onnx, textual\.onnx\); convert needs weights$/,
    );
    expect(await messageOf(weightFolder("tiny"), out)).toBe(
      `--out ${out}: not empty; existing files are never replaced; choose another folder`,
    );
    expect(readdirSync(out)).toEqual(["mine"]);
  });

  it("leaves nothing behind if the weights change during the conversion, or it is stopped", async () => {
    const folder = weightFolder("siglip-open-clip");
    const out = join(temporaryFolder(), "out");
    const weights = join(folder, usualName("siglip-open-clip"));
    const stop = new AbortController();
    const stopped = convertCheckpoint(folder, out, {
      onProgress: () => stop.abort(new RangeError("stopped")),
      signal: stop.signal,
    });
    await expect(stopped).rejects.toThrow("stopped");
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      if (done === total) appendFileSync(weights, "x");
    };
    expect(await messageOf(folder, out, { onProgress })).toBe(
      `${weights}: it changed during the conversion; convert it again when nothing writes to it`,
    );
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(dirname(out))).toEqual([]);
  });

  it("names the files of a killed run", async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, ".out.tmp-1-0123abcd"));
    const { notes } = await convertCheckpoint(weightFolder("siglip-open-clip"), join(root, "out"));
    expect(notes).toContain(
      `${join(root, ".out.tmp-1-0123abcd")}: left by a run that was killed; delete it if no other run is active`,
    );
  });
});
