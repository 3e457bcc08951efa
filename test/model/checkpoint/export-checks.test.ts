import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { node } from "./make-onnx.ts";
import { huggingFaceFolder, openClipFolder } from "./tiny-checkpoint.ts";
import { type Tail, tinyBoth, tinyVision } from "./tiny-towers.ts";

/** "status: detail" of the checks that are not ok, by name. */
async function found(folder: string): Promise<Record<string, string>> {
  const { checks } = await inspectCheckpoint(folder);
  const bad = checks.filter(({ status }) => status !== "ok");
  return Object.fromEntries(bad.map(({ name, status, detail }) => [name, `${status}: ${detail}`]));
}

const float = (name: string, dims: readonly number[], values: readonly number[]) =>
  ({ name, type: "float32", dims, values }) as const;

/** A combined graph whose two "embeddings" are `image` and `text`, computed by `nodes` from the true ones. */
function combined(image: string, text: string, nodes: ReturnType<typeof node>[], tie = false): string {
  return huggingFaceFolder({
    tie,
    nodes,
    outputs: [
      { name: image, type: "float32", shape: ["image_batch", "width"] },
      { name: text, type: "float32", shape: ["text_batch", "width"] },
    ],
  });
}

const textLogits = node("Transpose", ["logits_per_image"], "logits_per_text", { perm: [1, 0] });

describe("outputs that are not embeddings", () => {
  it("refuses logits that a shiftline.json names, by their name", async () => {
    const shiftline = (image: string, text: string) => ({
      vision: { file: "onnx/model.onnx", output: image },
      text: { file: "onnx/model.onnx", output: text },
      size: 8,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      tokenizer: "tokenizer.json",
      contextLength: 24,
    });
    const open = (image: string, text: string) => {
      const files = { "shiftline.json": JSON.stringify(shiftline(image, text)) };
      return openCheckpoint(huggingFaceFolder({ files }));
    };
    await expect(open("logits_per_image", "text_embeds")).rejects.toThrow(
      /vision.output "logits_per_image": logits are scores of a run's images against its texts, not embeddings; export/,
    );
    await expect(open("image_embeds", "logits_per_image")).rejects.toThrow(
      /text.output "logits_per_image": logits are/,
    );
    await expect(open("image_embeds", "text_embeds")).resolves.toBeDefined();
  });

  it("refuses a graph that returns only logits, also in upper case, and does not advise naming them", async () => {
    const outputs = ["LOGITS_PER_IMAGE", "LOGITS_PER_TEXT"];
    const logits = [
      node("Identity", ["logits_per_image"], outputs[0] as string),
      node("Transpose", ["logits_per_image"], outputs[1] as string, { perm: [1, 0] }),
    ];
    const open = openCheckpoint(combined(outputs[0] as string, outputs[1] as string, logits));
    const refusal = await open.catch((error: Error) => error.message);
    expect(refusal).toMatch(
      /no output can be the image embedding; .*LOGITS_PER_TEXT float32 .*; logits are scores of a run's images against its texts/,
    );
    expect(refusal).not.toMatch(/shiftline.json/);
  });

  it("refuses a common output for both towers under any name", async () => {
    for (const name of ["output", "embedding", "similarity"]) {
      const folder = huggingFaceFolder({
        nodes: [node("Identity", ["logits_per_image"], name)],
        outputs: [{ name, type: "float32", shape: ["image_batch", "text_batch"] }],
      });
      await expect(openCheckpoint(folder)).rejects.toThrow(
        new RegExp(`output ${name} float32 .* cannot be both the image and the text embedding`),
      );
    }
  });

  it.each([false, true])("detects logits that are named like embeddings (batches tied: %s)", async (tie) => {
    const logits = node("MatMul", ["image_embeds", "flipped2"], "image_features");
    const nodes = [
      node("Transpose", ["text_embeds"], "flipped2", { perm: [1, 0] }),
      logits,
      node("Transpose", ["image_features"], "text_features", { perm: [1, 0] }),
    ];
    const folder = huggingFaceFolder({
      tie,
      nodes,
      vision: { batch: tie ? "batch" : "image_batch" },
      text: { batch: tie ? "batch" : "text_batch" },
      outputs: [
        { name: "image_features", type: "float32", shape: ["n", "m"] },
        { name: "text_features", type: "float32", shape: ["m", "n"] },
      ],
    });
    const failed = Object.entries(await found(folder));
    expect(failed.length).toBeGreaterThan(0);
    const all = failed.map(([name, detail]) => `${name}: ${detail}`).join("\n");
    expect(all).toMatch(
      tie
        ? /rows of 1 for another batch: the width of an embedding must not depend on the batch, as that of logits does/
        : /image embeddings do not depend on the texts: failed: with other texts: .*the output is scores against them/,
    );
  });

  it("detects an image embedding that depends on the text, and a text embedding that depends on the image", async () => {
    const mean = node("ReduceMean", ["text_embeds"], "mean_text", { axes: [0] });
    const fused = combined("image_features", "text_features", [
      mean,
      node("Add", ["image_embeds", "mean_text"], "image_features"),
      node("Identity", ["text_embeds"], "text_features"),
    ]);
    expect(Object.keys(await found(fused))).toEqual(["image embeddings do not depend on the texts"]);
    const swapped = combined("image_features", "text_features", [
      node("ReduceMean", ["image_embeds"], "mean_image", { axes: [0] }),
      node("Add", ["text_embeds", "mean_image"], "text_features"),
      node("Identity", ["image_embeds"], "image_features"),
    ]);
    expect(Object.keys(await found(swapped))).toContain("text embeddings do not depend on the images");
  });

  it("accepts correct graphs of both towers with dynamic, tied and fixed batches", async () => {
    const fixed = { vision: { batch: 2, outputShape: [2, 4] }, text: { batch: 2, length: 24 } } as const;
    for (const options of [{}, { tie: true, vision: { batch: "n" }, text: { batch: "n" } }, fixed]) {
      expect(await found(huggingFaceFolder(options))).toEqual({});
    }
    expect(await found(combined("image_features", "text_features", [textLogits, ...features()]))).toEqual({});
  });

  it("refuses embeddings of another width than declared, and names both", async () => {
    const wide = openClipFolder({ vision: { dimension: 8, outputShape: ["batch", 4] }, text: { dimension: 4 } });
    expect(await found(wide)).toEqual({
      "image embeddings are finite": expect.stringMatching(
        /visual.onnx: the image tower returned \(3, 8\) as image_features for a batch of 3, but the graph declares image_features float32 \(batch, 4\); export it again/,
      ),
    });
    const encoder = await (await openCheckpoint(wide)).openImageEncoder();
    await expect(encoder.encode(new Float32Array(2 * 3 * 64), 2)).rejects.toThrow(/returned \(2, 8\).*declares/);
    await encoder.close();
    const text = openClipFolder({ vision: { dimension: 4 }, text: { dimension: 8, outputShape: ["batch", 4] } });
    await expect(inspectCheckpoint(text)).rejects.toThrow(/text tower returned \(2, 8\).*declares text_features/);
  });

  it("accepts an output whose declared batch is wrong but whose rows are correct", async () => {
    expect(await found(openClipFolder({ vision: { outputShape: [1, 4] } }))).toEqual({});
  });

  const tails: [string, Tail, RegExp][] = [
    [
      "constant rows",
      (x, y) => ({ nodes: [node("Mul", [x, "zero"], "z"), node("Add", ["z", "two"], y)], tensors: [ZERO, TWO] }),
      /^image embeddings of different images differ: failed: 3 different images have the same embedding/,
    ],
    [
      "rows of zeros",
      (x, y) => ({ nodes: [node("Mul", [x, "zero"], y)], tensors: [ZERO] }),
      /image embeddings have a length: failed: an embedding is all zeros/,
    ],
    [
      "probabilities",
      (x, y) => ({ nodes: [node("Softmax", [x], y, { axis: 1 })] }),
      /^image embeddings are not scores: failed: every row contains probabilities/,
    ],
    [
      "a softmax over the batch",
      (x, y) => ({ nodes: [node("Softmax", [x], y, { axis: 0 })] }),
      /^image embeddings do not depend on the batch: failed: .*the export mixes the rows of a batch/,
    ],
    [
      "a sum over the previous rows",
      (x, y) => ({ nodes: [node("CumSum", [x, "axis"], y)], tensors: [AXIS] }),
      /^image embeddings do not depend on the batch: failed/,
    ],
    [
      "a sum over the following rows",
      (x, y) => ({ nodes: [node("CumSum", [x, "axis"], y, { reverse: 1 })], tensors: [AXIS] }),
      /^image embeddings do not depend on the batch: failed/,
    ],
    [
      "noise, as from active dropout",
      (x, y) => ({
        nodes: [node("RandomNormalLike", [x], "noise", { scale: { float: 1e-3 } }), node("Add", [x, "noise"], y)],
      }),
      /image embeddings are deterministic: warning: two runs differ by up to/,
    ],
  ];
  it.each(tails)("detects %s", async (_, tail, expected) => {
    const failures = await found(openClipFolder({ vision: { tail } }));
    expect(Object.entries(failures).map((entry) => entry.join(": "))).toEqual(
      expect.arrayContaining([expect.stringMatching(expected)]),
    );
  });

  it("detects one number per row, which is a score", async () => {
    const failures = await found(openClipFolder({ vision: { dimension: 1 }, text: { dimension: 1 } }));
    expect(failures["image embeddings are not scores"]).toMatch(/^failed: one number each/);
    expect(failures["text embeddings are not scores"]).toMatch(/^failed: one number each/);
  });

  it("refuses scores of a batch against itself, whose width depends on the batch, for either tower", async () => {
    const self: Tail = (x, y) => ({
      nodes: [node("Transpose", [x], "turned", { perm: [1, 0] }), node("MatMul", [x, "turned"], y)],
    });
    const image = await found(openClipFolder({ vision: { tail: self, outputShape: ["batch", "batch"] } }));
    expect(image["image embeddings are finite"]).toMatch(
      /returned \(3, 3\) as image_features for a batch of 3, but rows of 1/,
    );
    const text = await found(openClipFolder({ text: { tail: self, outputShape: ["batch", "batch"] } }));
    expect(text["text embeddings are finite"]).toMatch(
      /returned \(3, 3\) as text_features for a batch of 3, but rows of 1/,
    );
  });

  it("refuses states of tokens, and describes them", async () => {
    const states: Tail = (x, y) => ({ nodes: [node("Unsqueeze", [x, "axis1"], y)], tensors: [AXIS_1] });
    const shiftline = {
      vision: { file: "visual.onnx", output: "image_features" },
      text: { file: "textual.onnx" },
      size: 8,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      contextLength: 24,
    };
    const files = { "shiftline.json": JSON.stringify(shiftline) };
    const folder = openClipFolder({ vision: { tail: states, outputShape: null }, files });
    await expect(inspectCheckpoint(folder)).rejects.toThrow(/returned \(1, 1, 4\) .*a state per token or patch/);
  });

  it("warns of a configured pooled state if the graph has the projected embedding, except for SigLIP", async () => {
    const graph = tinyBoth({
      vision: { output: "image_embeds" },
      text: { vocabulary: 49_408 },
      nodes: [node("Identity", ["text_embeds"], "pooler_output")],
      outputs: ["image_embeds", "text_embeds", "pooler_output"].map((name) => ({
        name,
        type: "float32" as const,
        shape: ["n", 4],
      })),
    });
    const description = {
      vision: { file: "model.onnx" },
      text: { file: "model.onnx", output: "pooler_output" },
      size: 8,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      contextLength: 24,
    };
    const folder = openClipFolder({
      files: { "model.onnx": graph, "shiftline.json": JSON.stringify(description) },
    });
    expect((await openCheckpoint(folder)).warnings).toEqual([
      "shiftline.json names pooler_output of model.onnx, in CLIP's towers the state before the projection, which cannot be compared between images and texts; the graph also has image_embeds",
    ]);
    writeFileSync(join(folder, "config.json"), JSON.stringify({ model_type: "siglip" }));
    expect((await openCheckpoint(folder)).warnings).toEqual([]);
  });

  it("refuses swapped towers by the inputs of their graphs", async () => {
    const folder = openClipFolder({ files: { "textual.onnx": tinyVision() } });
    await expect(openCheckpoint(folder)).rejects.toThrow(
      /textual.onnx: expected a graph that takes texts, got one that takes images/,
    );
  });
});

const ZERO = float("zero", [], [0]);
const TWO = float("two", [4], [1, 2, 3, 4]);
const AXIS = { name: "axis", type: "int64", dims: [], values: [0] } as const;
const AXIS_1 = { name: "axis1", type: "int64", dims: [1], values: [1] } as const;

function features() {
  return [node("Identity", ["image_embeds"], "image_features"), node("Identity", ["text_embeds"], "text_features")];
}
