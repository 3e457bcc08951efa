import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { makeProbeImages } from "../../../src/model/checkpoint/export-checks.ts";
import {
  type Checkpoint,
  type CheckpointOptions,
  openCheckpoint,
} from "../../../src/model/checkpoint/open-checkpoint.ts";
import { unitDistance } from "../../../src/model/checkpoint/variable-length.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import {
  bfloat16Tensors,
  EXPORTS,
  exportFolder,
  halfTensors,
  openAiTensors,
  randomTensor,
  readTensors,
  shardTensors,
  torchArchive,
  usualName,
  type WeightName,
  weightBytes,
  weightFolder,
  weightPath,
  writeTensors,
} from "./weight-folders.ts";

const NAMES = Object.keys(EXPORTS) as WeightName[];
const PROMPTS = ["a photo of a dog", "A photo, of two Cats!", "an origami of the jay"];
/** Tolerance for the summation order; measured at most 6e-7. */
const DELTA = 1e-5;

interface Embeddings {
  readonly images: Float32Array;
  readonly texts: Float32Array;
  readonly n: number;
}

async function embed(checkpoint: Checkpoint): Promise<Embeddings> {
  const n = PROMPTS.length;
  const image = await checkpoint.openImageEncoder({ threads: 1 });
  const images = await image.encode(makeProbeImages(n, checkpoint.preprocessing.size), n);
  await image.close();
  const text = await checkpoint.openTextEncoder({ threads: 1 });
  const rows = PROMPTS.map((prompt) => checkpoint.tokenizer?.encode(prompt, text.contextLength) as Int32Array);
  const texts = await text.encode(rows);
  await text.close();
  return { images, texts, n };
}

function largestDistance(a: Embeddings, b: Embeddings): number {
  const pairs = [
    [a.images, b.images],
    [a.texts, b.texts],
  ] as [Float32Array, Float32Array][];
  const distances = pairs.flatMap(([left, right]) => {
    const d = left.length / a.n;
    return Array.from({ length: a.n }, (_, i) =>
      unitDistance(left.subarray(i * d, (i + 1) * d), right.subarray(i * d, (i + 1) * d)),
    );
  });
  return Math.max(...distances);
}

const messageOf = async (path: string, options: CheckpointOptions = {}) => {
  const error = await openCheckpoint(path, options).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
};

describe.each(NAMES)("the weights of %s", (name) => {
  it("return its export's embeddings for the same texts and pixels", async () => {
    const [weights, exported] = [await openCheckpoint(weightFolder(name)), await openCheckpoint(exportFolder(name))];
    expect(weights.preprocessing).toEqual(exported.preprocessing);
    expect(weights.preprocessingSource).toBe(exported.preprocessingSource);
    expect(weights.text?.sha256).toBe(exported.text?.sha256);
    expect(weights.layout).toBe(exported.layout);
    expect(weights.warnings).toEqual(exported.warnings);
    expect(weights.fingerprint).not.toBe(exported.fingerprint);
    expect(largestDistance(await embed(weights), await embed(exported))).toBeLessThan(DELTA);
  });

  it("pass every check, and describe themselves", async () => {
    const inspection = await inspectCheckpoint(weightFolder(name));
    expect(inspection.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(inspection.weights).toMatchObject({ format: "safetensors", source: expect.stringMatching(/config\.json$/) });
    const { image, text } = inspection;
    expect([image.storedTypes, text?.storedTypes].flat().map((stored) => stored?.type)).toEqual(["float32", "float32"]);
    const tensors = [...readTensors(weightBytes(name))].filter(([key]) => !key.startsWith("logit"));
    const elements = tensors.reduce((sum, [, { bytes }]) => sum + bytes.length / 4, 0);
    expect((inspection.weights?.image.parameters ?? 0) + (inspection.weights?.text.parameters ?? 0)).toBe(elements);
    expect(image.gflops).toBeGreaterThan(0);
    expect(text?.gflops).toBeGreaterThan(0);
  });
});

describe("the file of the weights", () => {
  it("may be stored in half precision, which is converted to float32", async () => {
    const tensors = readTensors(weightBytes("tiny"));
    const name = usualName("tiny");
    for (const [narrow, wide, type] of [
      [halfTensors(tensors, "F16"), halfTensors(tensors, "F32"), "float16"],
      [bfloat16Tensors(tensors, "BF16"), bfloat16Tensors(tensors, "F32"), "bfloat16"],
    ] as const) {
      const folder = weightFolder("tiny", { [name]: writeTensors(narrow) });
      const plain = weightFolder("tiny", { [name]: writeTensors(wide) });
      const found = await embed(await openCheckpoint(folder));
      expect(largestDistance(found, await embed(await openCheckpoint(plain)))).toBeLessThan(1e-6);
      const { image, checks } = await inspectCheckpoint(folder);
      expect(image.storedTypes).toEqual([{ type, parameters: image.parameters }]);
      expect(checks.filter(({ status }) => status !== "ok")).toEqual([]);
    }
  });

  it("may be an epoch of open_clip's training, given as a file, with its configuration in the folder", async () => {
    const folder = weightFolder("tiny", { "epoch_32.pt": readFileSync(weightPath("tiny.pt")) });
    const checkpoint = await openCheckpoint(join(folder, "epoch_32.pt"));
    expect(checkpoint).toMatchObject({ id: "epoch_32", weights: { format: "pytorch" } });
    const expected = await embed(await openCheckpoint(weightFolder("tiny")));
    expect(largestDistance(await embed(checkpoint), expected)).toBe(0);
    expect((await openCheckpoint(folder)).fingerprint).toBe(checkpoint.fingerprint);
  });

  it("may be transformers' pytorch_model.bin", async () => {
    const checkpoint = await openCheckpoint(
      weightFolder("hf-clip", { "pytorch_model.bin": torchArchive(readTensors(weightBytes("hf-clip"))) }),
    );
    const expected = await embed(await openCheckpoint(weightFolder("hf-clip")));
    expect(checkpoint.weights?.format).toBe("pytorch");
    expect(largestDistance(await embed(checkpoint), expected)).toBe(0);
  });

  it("may be shards with an index, given as a folder or by the index", async () => {
    const folder = weightFolder("hf-clip", shardTensors(readTensors(weightBytes("hf-clip"))));
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.files.filter(({ role }) => role === "weights").map(({ path }) => path)).toEqual([
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
    const expected = await embed(await openCheckpoint(weightFolder("hf-clip")));
    expect(largestDistance(await embed(checkpoint), expected)).toBe(0);
    const byIndex = await openCheckpoint(join(folder, "model.safetensors.index.json"));
    expect([byIndex.fingerprint, byIndex.id]).toEqual([checkpoint.fingerprint, basename(folder)]);
  });

  it("may be in the Hub's cache, reached through links", async () => {
    const root = join(temporaryFolder(), "models--lab--tiny");
    const commit = "0123456789abcdef0123456789abcdef01234567";
    mkdirSync(join(root, "blobs"), { recursive: true });
    mkdirSync(join(root, "snapshots", commit), { recursive: true });
    const folder = weightFolder("tiny");
    for (const [i, file] of readdirSync(folder).entries()) {
      copyFileSync(join(folder, file), join(root, "blobs", `b${i}`));
      symlinkSync(join("..", "..", "blobs", `b${i}`), join(root, "snapshots", commit, file));
    }
    const checkpoint = await openCheckpoint(root);
    const plain = await openCheckpoint(folder);
    expect([checkpoint.id, checkpoint.fingerprint]).toEqual(["lab--tiny", plain.fingerprint]);
    expect(checkpoint.files.map(({ path }) => path)).toEqual(plain.files.map(({ path }) => path));
    expect(largestDistance(await embed(checkpoint), await embed(plain))).toBe(0);
    const file = join(root, "snapshots", commit, usualName("tiny"));
    expect(await openCheckpoint(file)).toMatchObject({ id: "lab--tiny", fingerprint: plain.fingerprint });
  });

  it("is identified by its content, independent of its location and name", async () => {
    const folder = weightFolder("tiny");
    const { fingerprint } = await openCheckpoint(folder);
    renameSync(join(folder, usualName("tiny")), join(folder, "best.safetensors"));
    const renamed = await openCheckpoint(folder);
    expect([renamed.fingerprint, renamed.id]).toEqual([fingerprint, basename(folder)]);
    expect(await openCheckpoint(join(folder, "best.safetensors"))).toMatchObject({ id: "best", fingerprint });
    const bytes = weightBytes("tiny");
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    expect((await openCheckpoint(weightFolder("tiny", { [usualName("tiny")]: bytes }))).fingerprint).not.toBe(
      fingerprint,
    );
  });

  it("is identified together with its compiled graph: another activation is another checkpoint", async () => {
    const folder = weightFolder("tiny");
    const before = await openCheckpoint(folder);
    const path = join(folder, "open_clip_config.json");
    const config = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...config, model_cfg: { ...config.model_cfg, quick_gelu: true } }));
    const after = await openCheckpoint(folder);
    expect(after.weights?.image.sha256).not.toBe(before.weights?.image.sha256);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(largestDistance(await embed(after), await embed(before))).toBeGreaterThan(1e-3);
  });

  it("is reported if it changes while it is in use", async () => {
    const folder = weightFolder("tiny");
    const checkpoint = await openCheckpoint(folder);
    await checkpoint.checkUnchanged();
    const path = join(folder, usualName("tiny"));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(path, bytes);
    await expect(checkpoint.checkUnchanged()).rejects.toThrow(/it changed while it was in use/);
  });
});

describe("--arch", () => {
  it("describes weights that no file describes, and requests a tokenizer by its file's name", async () => {
    const bytes = readFileSync(weightPath("tiny.pt"));
    const path = join(writeTree(temporaryFolder(), { "epoch_32.pt": bytes }), "epoch_32.pt");
    expect(await messageOf(path)).toMatch(/epoch_32.pt: no file describes its architecture/);
    expect(await messageOf(path, { arch: "ViT-B-32" })).toMatch(/ has shape .*, but --arch ViT-B-32 expects /);
    expect(await messageOf(path, { arch: "ViT-B-31" })).toMatch(/unknown architecture "ViT-B-31"; did you mean/);
  });

  it("is not needed if the training arguments are in the parent folder", async () => {
    const root = writeTree(temporaryFolder(), {
      "checkpoints/epoch_32.pt": readFileSync(weightPath("tiny.pt")),
      "params.txt": "force_quick_gelu: True\nmodel: ViT-B-32\nname: run\n",
    });
    expect(await messageOf(join(root, "checkpoints", "epoch_32.pt"))).toMatch(
      /visual\..* has shape .*, but \.\.\/params.txt of its training expects/,
    );
  });

  it("is refused for graphs, which define their architecture", async () => {
    expect(await messageOf(exportFolder("tiny"), { arch: "ViT-B-32" })).toMatch(
      /--arch ViT-B-32 applies to weights only, but this checkpoint consists of graphs \(visual.onnx, textual.onnx\)/,
    );
  });
});

describe("settings of weights that no file states", () => {
  it("are CLIP's for OpenAI's weights: image size from the shapes, mean and std, vocabulary", async () => {
    const folder = writeTree(temporaryFolder(), { "ViT-tiny.safetensors": writeTensors(openAiTensors()) });
    const checkpoint = await openCheckpoint(join(folder, "ViT-tiny.safetensors"));
    expect(checkpoint.preprocessing).toEqual({
      size: { height: 32, width: 32 },
      mean: OPENAI_MEAN,
      std: OPENAI_STD,
      interpolation: "bicubic",
      resizeMode: "shortest",
      fillColor: 0,
    });
    expect(checkpoint).toMatchObject({
      id: "ViT-tiny",
      preprocessingSource: "open_clip's defaults",
      text: { contextLength: 77, padId: 0, encoding: "open_clip", cleaning: "open_clip" },
      warnings: [],
    });
    expect(checkpoint.notes).toEqual([
      expect.stringMatching(/the shapes of the tensors of an OpenAI archive describe its architecture; .* QuickGELU/),
      expect.stringMatching(
        /no file states the preprocessing: that of open_clip's defaults is used \(32 × 32, shortest, bicubic, mean 0.48145466 /,
      ),
      "no tokenizer in the folder: CLIP's vocabulary (49,408 tokens) with open_clip's cleaning is used",
    ]);
    const { checks, ownLength } = await inspectCheckpoint(folder);
    expect(checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(ownLength).toBe(true);
  });

  it("include CLIP's vocabulary for a CLIP of transformers with 49,408 tokens", async () => {
    const tensors = new Map(readTensors(weightBytes("hf-clip")));
    tensors.set("text_model.embeddings.token_embedding.weight", randomTensor([49_408, 24], 3));
    const config = JSON.parse(readFileSync(join(exportFolder("hf-clip"), "config.json"), "utf8"));
    Object.assign(config.text_config, { vocab_size: 49_408, bos_token_id: 49_406, eos_token_id: 49_407 });
    const preprocessor = readFileSync(join(exportFolder("hf-clip"), "preprocessor_config.json"), "utf8");
    const folder = writeTree(temporaryFolder(), {
      "model.safetensors": writeTensors(tensors),
      "config.json": JSON.stringify(config),
      "preprocessor_config.json": preprocessor,
      "README.md": "---\nlicense: mit\n---\nA model card.",
    });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.tokenizer?.encode("a cat", 32)).toEqual(Int32Array.of(49_406, 320, 2368, 49_407));
    expect(checkpoint.notes).toContain(
      "no tokenizer in the folder: CLIP's vocabulary (49,408 tokens) with open_clip's cleaning is used",
    );
  });
});

describe("weights are refused, in one line,", () => {
  const lines = readFileSync(join(exportFolder("hf-clip"), "config.json"), "utf8");
  const lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 605157884\n";
  const cases: [string, () => string, RegExp][] = [
    ["a Git LFS pointer", () => weightFolder("tiny", { "open_clip_model.safetensors": lfs }), /LFS pointer/],
    [
      "a truncated file",
      () => weightFolder("tiny", { "open_clip_model.safetensors": weightBytes("tiny").subarray(0, 200_000) }),
      /open_clip_model.safetensors/,
    ],
    [
      "an unfinished download alone",
      () => weightFolder("hf-clip", { "model.safetensors.incomplete": "x" }),
      /incomplete download: model.safetensors.incomplete; wait for it, or download again/,
    ],
    [
      "an incomplete download of aria2",
      () => weightFolder("hf-clip", { "model.safetensors": weightBytes("hf-clip"), "model.safetensors.aria2": "x" }),
      /incomplete download: model.safetensors.aria2/,
    ],
    [
      "shards without an index",
      () => weightFolder("hf-clip", { "model-00001-of-00002.safetensors": weightBytes("hf-clip") }),
      /shards of weights \(model-00001-of-00002.safetensors\) without an index/,
    ],
    [
      "several files without a published name",
      () => weightFolder("tiny", { "epoch_31.pt": "x", "epoch_32.pt": "x" }),
      /several weight files: epoch_31.pt, epoch_32.pt; give one of them/,
    ],
    [
      "a shiftline.json that names weights",
      () => {
        const folder = weightFolder("hf-clip");
        const files = { vision: { file: "model.safetensors" }, text: { file: "model.safetensors" } };
        const images = { size: 64, mean: [0, 0, 0], std: [1, 1, 1], resizeMode: "squash", interpolation: "bicubic" };
        return writeTree(folder, { "shiftline.json": JSON.stringify({ ...files, ...images }) });
      },
      /its shiftline.json names weights \(model.safetensors\), but it describes .onnx graphs/,
    ],
    [
      "weights in a folder whose shiftline.json names graphs",
      () => {
        const files = { vision: { file: "visual.onnx" }, text: { file: "textual.onnx" } };
        const images = { size: 64, mean: [0, 0, 0], std: [1, 1, 1], resizeMode: "squash", interpolation: "bicubic" };
        const described = { "shiftline.json": JSON.stringify({ ...files, ...images }) };
        return join(writeTree(weightFolder("hf-clip"), described), "model.safetensors");
      },
      /the shiftline.json in its folder names graphs \(visual.onnx, textual.onnx\); give the folder, or move the shiftline.json/,
    ],
    [
      "a snapshot of the Hub's cache with an incomplete download",
      () => {
        const root = writeTree(temporaryFolder(), { "blobs/0123.incomplete": "x", "snapshots/main/config.json": "{}" });
        return join(root, "snapshots", "main");
      },
      /incomplete download: ..\/..\/blobs\/0123.incomplete; wait for it, or download again/,
    ],
    [
      "a link to missing weights",
      () => {
        const folder = weightFolder("tiny", {});
        symlinkSync("nowhere", join(folder, "open_clip_model.safetensors"));
        return folder;
      },
      /open_clip_model.safetensors: a link to nowhere, which does not exist/,
    ],
    [
      "weights without a configuration",
      () => writeTree(temporaryFolder(), { "model.safetensors": weightBytes("hf-clip") }),
      /transformers' names, but no file describes its architecture; add the model's config.json to the folder/,
    ],
    [
      "weights without preprocessing",
      () => writeTree(temporaryFolder(), { "model.safetensors": weightBytes("hf-clip"), "config.json": lines }),
      /no file states the preprocessing: expected preprocessor_config.json, open_clip_config.json/,
    ],
    [
      "weights without a tokenizer",
      () => {
        const files = Object.fromEntries(
          ["config.json", "preprocessor_config.json"].map((file) => [
            file,
            readFileSync(join(exportFolder("hf-clip"), file), "utf8"),
          ]),
        );
        return writeTree(temporaryFolder(), { "model.safetensors": weightBytes("hf-clip"), ...files });
      },
      /expected tokenizer.json, or vocab.json with merges.txt/,
    ],
    [
      "a picture",
      () => join(writeTree(temporaryFolder(), { "cat.jpeg": "\xff\xd8\xff\xe0 and so on" }), "cat.jpeg"),
      /cat.jpeg: neither safetensors nor PyTorch weights; expected a .safetensors file/,
    ],
  ];

  it.each(cases)("%s", async (_, make, message) => {
    expect(await messageOf(make())).toMatch(message);
  });
});

describe("a folder with graphs and weights", () => {
  it("opens the graphs, and the weights only if they are given", async () => {
    const folder = weightFolder("siglip-open-clip");
    for (const graph of ["visual.onnx", "textual.onnx"]) {
      copyFileSync(join(fixtures, "checkpoints", "siglip-open-clip", graph), join(folder, graph));
    }
    expect((await openCheckpoint(folder)).weights).toBeNull();
    expect((await openCheckpoint(join(folder, "open_clip_model.safetensors"))).weights).not.toBeNull();
  });
});
