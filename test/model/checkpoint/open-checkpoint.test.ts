import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { encodeValues } from "../../../src/model/onnx/encode-model.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";
import { huggingFaceFolder, openClipConfig, openClipFolder } from "./tiny-checkpoint.ts";
import { tinyText, tinyVision, visionWeights } from "./tiny-towers.ts";

const image = Float32Array.from({ length: 3 * 8 * 8 }, (_, i) => Math.cos(i));

async function embed(path: string, options = {}): Promise<Float32Array> {
  const encoder = await (await openCheckpoint(path, options)).openImageEncoder({ threads: 1 });
  onTestFinished(() => encoder.close());
  return await encoder.encode(image, 1);
}

describe("openCheckpoint", () => {
  it("opens an open_clip export", async () => {
    const folder = openClipFolder();
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint).toMatchObject({
      id: basename(folder),
      path: folder,
      layout: "open_clip",
      preprocessingSource: "open_clip_config.json",
      preprocessing: { size: { height: 8, width: 8 }, mean: [0.5, 0.5, 0.5] },
    });
    expect(checkpoint.files.map(({ role, path }) => `${role}: ${path}`)).toEqual([
      "vision: visual.onnx",
      "text: textual.onnx",
      "preprocessing: open_clip_config.json",
    ]);
    expect(checkpoint.tokenizer?.padId).toBe(0);
  });

  it("opens the same towers in every layout, with the same embeddings", async () => {
    const vision = { input: "pixel_values", output: "image_embeds" };
    const expected = await embed(openClipFolder());
    const shiftline = {
      vision: { file: "towers/a.onnx", input: "pixel_values", output: "image_embeds" },
      text: { file: "towers/b.onnx" },
      size: 8,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    };
    const folders = {
      nested: writeTree(temporaryFolder(), {
        "visual/model.onnx": tinyVision(),
        "textual/model.onnx": tinyText(),
        "visual/preprocess_cfg.json": JSON.stringify({ size: [8, 8] }),
      }),
      split: huggingFaceFolder({ split: true }),
      combined: huggingFaceFolder(),
      named: writeTree(temporaryFolder(), {
        "towers/a.onnx": tinyVision(vision),
        "towers/b.onnx": tinyText(),
        "shiftline.json": JSON.stringify(shiftline),
      }),
    };
    for (const [name, folder] of Object.entries(folders)) expect([name, await embed(folder)]).toEqual([name, expected]);
    expect((await openCheckpoint(folders.named)).layout).toBe("shiftline");
    expect(await embed(join(folders.combined, "onnx/model.onnx"))).toEqual(expected);
  });

  it("opens the requested variant", async () => {
    const vision = { input: "pixel_values", output: "image_embeds" };
    const folder = huggingFaceFolder({
      split: true,
      files: {
        "onnx/vision_model_fp16.onnx": tinyVision({ ...vision, type: "float16" }),
        "onnx/text_model_fp16.onnx": tinyText({ input: "input_ids", output: "text_embeds", vocabulary: 100 }),
      },
    });
    const [plain, half] = [await openCheckpoint(folder), await openCheckpoint(folder, { variant: "fp16" })];
    const encoder = await half.openImageEncoder({ threads: 1 });
    onTestFinished(() => encoder.close());
    expect(encoder.precision).toBe("float16");
    expect(half.fingerprint).not.toBe(plain.fingerprint);
    await expect(openCheckpoint(folder, { variant: "int8" })).rejects.toThrow(
      /variants that exist \(--variant\): fp16/,
    );
  });

  it("reads weights from an external data file", async () => {
    const files = { "visual.onnx.data": encodeValues({ type: "float32", values: visionWeights(4) }) };
    expect(await embed(openClipFolder({ vision: { external: "visual.onnx.data" }, files }))).toEqual(
      await embed(openClipFolder()),
    );
  });

  it("uses the given name, and refuses one that cannot name a folder", async () => {
    expect((await openCheckpoint(openClipFolder(), { name: "vit-b.32" })).id).toBe("vit-b.32");
    for (const name of ["a/b", "..", "", "a\u001b[31m", "é".repeat(101)]) {
      await expect(openCheckpoint(openClipFolder(), { name })).rejects.toThrow(/cannot name a checkpoint/);
    }
  });

  it("opens an image graph without a text tower, with a note", async () => {
    const folder = openClipFolder();
    const checkpoint = await openCheckpoint(join(folder, "visual.onnx"));
    expect(checkpoint).toMatchObject({ id: "visual", layout: "open_clip", tokenizer: null });
    expect(checkpoint.notes).toEqual(["visual.onnx has no text tower: only images can be embedded"]);
    expect(await embed(join(folder, "visual.onnx"))).toEqual(await embed(folder));
    await expect(checkpoint.openTextEncoder()).rejects.toThrow(/it has no text tower; give the folder/);
  });
});

describe("openCheckpoint refuses, in one line,", () => {
  const cases: [string, () => string, RegExp][] = [
    ["a missing path", () => join(temporaryFolder(), "none"), /none: no such file or folder$/],
    [
      "an empty folder",
      () => temporaryFolder(),
      /not a checkpoint of a known layout: no .onnx file and no weights in it/,
    ],
    [
      "a text graph in place of an image graph",
      () => join(openClipFolder(), "textual.onnx"),
      /textual.onnx: expected a graph that takes images, got one that takes texts; give the folder that contains both towers/,
    ],
    [
      "a folder with only the text graph",
      () => writeTree(temporaryFolder(), { "textual.onnx": tinyText() }),
      /textual.onnx has no matching graph of the image tower: expected visual.onnx/,
    ],
    [
      "swapped towers",
      () => openClipFolder({ files: { "visual.onnx": tinyText(), "textual.onnx": tinyVision() } }),
      /visual.onnx: expected a graph that takes images, got one that takes texts; are the files swapped\?/,
    ],
    [
      "towers of different width",
      () => openClipFolder({ vision: { dimension: 6 } }),
      /image embeddings have 6 numbers, text embeddings 4; the towers belong to different checkpoints/,
    ],
    [
      "a truncated graph",
      () => openClipFolder({ files: { "visual.onnx": tinyVision().subarray(0, 300) } }),
      /visual.onnx: the ONNX file is truncated/,
    ],
    [
      "a file that is not ONNX",
      () => openClipFolder({ files: { "textual.onnx": "<html>404</html>" } }),
      /textual.onnx: not an ONNX file/,
    ],
    [
      "missing external data",
      () => openClipFolder({ vision: { external: "visual.onnx.data" } }),
      /visual.onnx.data: missing file with the weights of .*visual.onnx/,
    ],
    [
      "an image size that differs from the graph's",
      () => openClipFolder({ config: { ...openClipConfig, model_cfg: { vision_cfg: { image_size: 16 } } } }),
      /open_clip_config.json specify images of 16 x 16 pixels, but visual.onnx takes 8 x 8/,
    ],
    [
      "an unknown input",
      () =>
        openClipFolder({
          text: { extraInputs: [{ name: "language", type: "int64", shape: ["batch", 3] }], input: "text" },
        }),
      /textual.onnx: the graph has an input that shiftline cannot feed: language int64 \(batch, 3\)/,
    ],
    [
      "invalid JSON",
      () => openClipFolder({ files: { "open_clip_config.json": "{" } }),
      /open_clip_config.json: not JSON/,
    ],
  ];

  it.each(cases)("%s", async (_, make, message) => {
    const error = await openCheckpoint(make()).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });

  it("a graph that onnxruntime cannot load, with its reason and no other output", async () => {
    const folder = openClipFolder();
    const graph = join(folder, "visual.onnx");
    const bytes = readFileSync(graph);
    bytes.write("GlobalAveragePoor", bytes.indexOf("GlobalAveragePool"));
    writeFileSync(graph, bytes);
    const error = await (await openCheckpoint(folder)).openImageEncoder().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(/visual.onnx: onnxruntime cannot load it: .*GlobalAveragePoor/);
    expect((error as Error).message).not.toContain("\n");
  });

  it("towers of different width that only a run shows", async () => {
    const folder = openClipFolder({ vision: { dimension: 6, outputShape: null } });
    const error = await openCheckpoint(folder)
      .then((checkpoint) => checkpoint.openImageEncoder({ threads: 1 }))
      .catch((cause: unknown) => cause);
    expect((error as Error).message).toMatch(/image embeddings have 6 numbers, text embeddings 4/);
  });

  it.skipIf(lacksPermissions)("unreadable files", async () => {
    const folder = openClipFolder();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, "visual.onnx"), 0o000);
    const opened = asNobody(() => openCheckpoint(folder));
    await expect(opened).rejects.toThrow(/visual.onnx: no permission to read it/);
    await expect(opened).rejects.toBeInstanceOf(InputError);
  });
});

describe("openCheckpoint of trained exports", () => {
  it("opens, tokenizes and hashes a vocabulary of 49,408 in under two seconds", async () => {
    const started = performance.now();
    const checkpoint = await openCheckpoint(join(fixtures, "checkpoints", "vit-open-clip"));
    checkpoint.tokenizer?.encode("a photo of a dog", 77);
    expect(performance.now() - started).toBeLessThan(2_000); // 70 to 215 ms measured
    expect(checkpoint.notes).toEqual([expect.stringMatching(/^no tokenizer in the folder: CLIP.s vocabulary/)]);
    expect(checkpoint.tokenizer?.vocabularySize).toBe(49_408);
  });

  it("embeds images and captions with equal widths", async () => {
    const checkpoint = await openCheckpoint(join(fixtures, "checkpoints", "resnet-open-clip"));
    const images = await checkpoint.openImageEncoder({ threads: 1 });
    const texts = await checkpoint.openTextEncoder({ threads: 1 });
    expect([images.dimension, texts.dimension, texts.contextLength, texts.variableLength]).toEqual([40, 40, 32, false]);
    const pixels = new Float32Array(2 * 3 * 96 * 96).fill(0.1);
    expect((await images.encode(pixels, 2)).length).toBe(2 * 40);
    await Promise.all([images.close(), texts.close()]);
  });
});
