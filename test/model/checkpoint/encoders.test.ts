import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { type Checkpoint, openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { unitDistance } from "../../../src/model/checkpoint/variable-length.ts";
import { fixtures } from "../../helpers.ts";
import { huggingFaceFolder, openClipFolder } from "./tiny-checkpoint.ts";
import { visionWeights } from "./tiny-towers.ts";

const SIDE = 8;
const IMAGE = 3 * SIDE * SIDE;

/** n images (n, 3, 8, 8) with smooth values that binary16 represents well. */
function images(n: number): Float32Array {
  return Float32Array.from({ length: n * IMAGE }, (_, i) => Math.sin(i * 0.7 + Math.floor(i / IMAGE)) * 1.5);
}

/** The computation of the tiny tower: each channel's mean times the projection. */
function expectedEmbeddings(pixels: Float32Array, n: number, dimension = 4): number[] {
  const projection = visionWeights(dimension);
  const expected: number[] = [];
  for (let i = 0; i < n; i++) {
    const means = [0, 1, 2].map((channel) => {
      const start = i * IMAGE + channel * SIDE * SIDE;
      return pixels.subarray(start, start + SIDE * SIDE).reduce((sum, value) => sum + value, 0) / (SIDE * SIDE);
    });
    for (let d = 0; d < dimension; d++) {
      expected.push(
        means.reduce((sum, mean, channel) => sum + mean * (projection[channel * dimension + d] as number), 0),
      );
    }
  }
  return expected;
}

async function imageEncoder(folder: string) {
  const encoder = await (await openCheckpoint(folder)).openImageEncoder({ threads: 1 });
  onTestFinished(() => encoder.close());
  return encoder;
}

async function textEncoder(folder: string) {
  const checkpoint = await openCheckpoint(folder);
  const encoder = await checkpoint.openTextEncoder({ threads: 1 });
  onTestFinished(() => encoder.close());
  return {
    encoder,
    encode: (...captions: string[]) => encoder.encode(tokenize(checkpoint, encoder.contextLength, captions)),
  };
}

function tokenize(checkpoint: Checkpoint, contextLength: number, captions: string[]): Int32Array[] {
  return captions.map((caption) => checkpoint.tokenizer?.encode(caption, contextLength) as Int32Array);
}

function expectClose(found: Float32Array, expected: ArrayLike<number>, delta: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) expect(found[i]).closeTo(expected[i] as number, delta);
}

describe("image encoder", () => {
  it.each([
    ["float32", 1e-6], // summation order of 64 values
    ["float64", 1e-6], // the tiny tower computes in float32 inside
    ["float16", 2e-3], // 11 bits of pixels and of the result
  ] as const)("feeds %s graphs and returns float32 embeddings", async (type, delta) => {
    const encoder = await imageEncoder(openClipFolder({ vision: { type } }));
    expect(encoder).toMatchObject({ dimension: 4, batchSize: null, precision: type });
    const pixels = images(3);
    expectClose(await encoder.encode(pixels, 3), expectedEmbeddings(pixels, 3), delta);
  });

  it.each([1, 2, 4])("splits and pads any number of images for a fixed batch of %d", async (batch) => {
    const folder = openClipFolder({ vision: { batch, outputShape: [batch, 4] }, text: { batch: 1 } });
    const encoder = await imageEncoder(folder);
    expect(encoder.batchSize).toBe(batch);
    for (const n of [1, 3, 4, 7]) {
      const pixels = images(n);
      expectClose(await encoder.encode(pixels, n), expectedEmbeddings(pixels, n), 1e-6);
    }
  });

  it("encodes a view from the middle of a larger buffer, and only the first n images of it", async () => {
    const encoder = await imageEncoder(openClipFolder());
    const all = images(4);
    const found = await encoder.encode(all.subarray(IMAGE), 2);
    expectClose(found, expectedEmbeddings(all, 3).slice(4), 1e-6);
  });

  it.each(["batch", 2] as const)(
    "embeds images one at a time if activations are quantized by the range of a batch of %s",
    async (batch) => {
      const folder = openClipFolder({ vision: { quantized: true, batch, outputShape: [batch, 4] } });
      expect((await openCheckpoint(folder)).notes).toContain(
        "activations are quantized over a whole batch: images and texts are embedded one at a time, so that no result depends on its batch",
      );
      const encoder = await imageEncoder(folder);
      const pixels = images(3).map((value, i) => value * (1 + Math.floor(i / IMAGE)));
      const together = await encoder.encode(pixels, 3);
      for (let i = 0; i < 3; i++) {
        const alone = await encoder.encode(pixels.subarray(i * IMAGE, (i + 1) * IMAGE), 1);
        expect(together.subarray(4 * i, 4 * i + 4)).toEqual(alone);
      }
    },
  );

  it("does not change the caller's pixels and returns new memory each time", async () => {
    const encoder = await imageEncoder(openClipFolder());
    const pixels = images(2);
    const before = pixels.slice();
    const first = await encoder.encode(pixels, 2);
    const kept = first.slice();
    const second = await encoder.encode(images(3), 3);
    expect(pixels).toEqual(before);
    expect(first).toEqual(kept);
    expect(second.buffer).not.toBe(first.buffer);
  });

  it("runs calls that overlap, each with its own result", async () => {
    const folder = openClipFolder({ vision: { type: "float16", batch: 2, outputShape: [2, 4] } });
    const encoder = await imageEncoder(folder);
    const batches = [images(1), images(3), images(5)];
    const found = await Promise.all(batches.map((pixels, i) => encoder.encode(pixels, 2 * i + 1)));
    for (const [i, embeddings] of found.entries()) {
      expectClose(embeddings, expectedEmbeddings(batches[i] as Float32Array, 2 * i + 1), 2e-3);
    }
  });

  it("finds the width by a test run if the metadata does not state it", async () => {
    const encoder = await imageEncoder(
      openClipFolder({ vision: { dimension: 4, outputShape: null, size: ["h", "w"] } }),
    );
    expect(encoder.dimension).toBe(4);
  });

  it("returns nothing for no images, and refuses fewer pixels than images", async () => {
    const encoder = await imageEncoder(openClipFolder());
    expect(await encoder.encode(new Float32Array(0), 0)).toEqual(new Float32Array(0));
    await expect(encoder.encode(images(1), 2)).rejects.toThrow(RangeError);
  });

  it("names the tower and the row of an embedding that is not finite", async () => {
    const folder = openClipFolder({ vision: { broken: true } });
    const encoder = await imageEncoder(folder);
    await expect(encoder.encode(images(2), 2)).rejects.toThrow(
      new RegExp(`${folder}/visual.onnx: the image tower returned (NaN|-?Infinity) in row 0 of a batch of 2`),
    );
  });

  it("opens and closes repeatedly; a second close does nothing, a run after it is refused", async () => {
    const checkpoint = await openCheckpoint(openClipFolder());
    for (let i = 0; i < 30; i++) {
      const encoder = await checkpoint.openImageEncoder({ threads: 1 });
      await encoder.encode(images(1), 1);
      await Promise.all([encoder.close(), encoder.close()]);
      await expect(encoder.encode(images(1), 1)).rejects.toThrow(/run after close/);
    }
  });

  it("finishes running calls before it closes", async () => {
    const encoder = await (await openCheckpoint(openClipFolder())).openImageEncoder({ threads: 1 });
    const running = encoder.encode(images(2), 2);
    await encoder.close();
    expectClose(await running, expectedEmbeddings(images(2), 2), 1e-6);
  });
});

describe("text encoder", () => {
  it("does not pad prompts of a causal tower, after a test", async () => {
    const { encoder, encode } = await textEncoder(openClipFolder());
    expect(encoder).toMatchObject({ dimension: 4, contextLength: 77, variableLength: true });
    const alone = await encode("a dog");
    const together = await encode("a dog", "a photo of a very large dog that is running");
    expectClose(together.subarray(0, 4), alone, 1e-6);
  });

  it.each([
    ["embeddings depend on padding", { pooling: "mean" }],
    ["the token axis is fixed", { length: 77 }],
  ] as const)("pads to the context length if %s", async (_, text) => {
    const { encoder, encode } = await textEncoder(openClipFolder({ text }));
    expect(encoder.variableLength).toBe(false);
    expectClose((await encode("a dog", "a photo of a cat")).subarray(0, 4), await encode("a dog"), 1e-6);
  });

  it("tests each length when it first occurs: one at which the graph differs is padded to the context", async () => {
    const sound = await textEncoder(openClipFolder());
    const odd = await textEncoder(openClipFolder({ text: { oddLength: 6 } }));
    expect(odd.encoder.variableLength).toBe(true);
    for (const caption of ["a dog", "a big dog", "a big red dog", "a photo of a big red dog"]) {
      // The graph adds 1 to every number of a text of 6 tokens ("a big red dog") and of no other length
      expectClose(await odd.encode(caption), await sound.encode(caption), 1e-5);
    }
    expectClose(
      await odd.encode("a dog", "a big red dog"),
      [...(await sound.encode("a dog")), ...(await sound.encode("a big red dog"))],
      1e-5,
    );
  });

  it("pads to the context if activations are rounded, but not if only the stored weights are", async () => {
    const rounded = await textEncoder(openClipFolder({ text: { quantizes: "activations" } }));
    expect(rounded.encoder.variableLength).toBe(false);
    const stored = await textEncoder(openClipFolder({ text: { quantizes: "weights" } }));
    expect(stored.encoder.variableLength).toBe(true);
  });

  it("reports whether embeddings depend on padding: neither in a causal tower nor with an attention mask", async () => {
    const takesPart = async (folder: string) => await (await textEncoder(folder)).encoder.paddingTakesPart();
    expect(await takesPart(openClipFolder())).toBe(false);
    expect(await takesPart(openClipFolder({ text: { length: 77 } }))).toBe(false);
    expect(await takesPart(openClipFolder({ text: { pooling: "mean" } }))).toBe(true);
    expect(await takesPart(huggingFaceFolder({ text: { pooling: "mean", mask: "attention_mask" } }))).toBe(false);
    const quantized = await openCheckpoint(join(fixtures, "checkpoints/hf-split"), { variant: "quantized" });
    const encoder = await quantized.openTextEncoder({ threads: 1 });
    onTestFinished(() => encoder.close());
    expect(await encoder.paddingTakesPart()).toBe(false); // apart from the rounding of activations, whose range includes padding
  });

  it("embeds mean-pooled texts over the whole context, padding included", async () => {
    const { encode } = await textEncoder(openClipFolder({ text: { pooling: "mean" } }));
    const dynamic = await encode("a dog");
    const fixed = await textEncoder(openClipFolder({ text: { pooling: "mean", length: 77 } }));
    expectClose(dynamic, await fixed.encode("a dog"), 1e-6);
  });

  it.each(["int32", "int64"] as const)("feeds %s ids", async (type) => {
    const { encode } = await textEncoder(openClipFolder({ text: { type } }));
    const reference = await textEncoder(openClipFolder());
    expectClose(await encode("a dog", "two cats"), await reference.encode("a dog", "two cats"), 1e-7);
  });

  it("splits and pads a fixed batch", async () => {
    const { encode } = await textEncoder(openClipFolder({ text: { batch: 2 } }));
    const reference = await textEncoder(openClipFolder());
    const captions = ["a dog", "two cats", "a photo of a house"];
    expectClose(await encode(...captions), await reference.encode(...captions), 1e-6);
  });

  it("sets the attention mask to 1 for tokens and 0 for padding", async () => {
    // Summed with the mask: padding has no weight, so a caption is the same alone and with a longer one.
    const folder = huggingFaceFolder({ split: true, text: { pooling: "mean", mask: "attention_mask" } });
    const { encoder, encode } = await textEncoder(folder);
    expect(encoder).toMatchObject({ contextLength: 24, variableLength: true });
    expectClose((await encode("a dog", "a photo of the big red dog")).subarray(0, 4), await encode("a dog"), 1e-6);
  });

  it("attends to padding in SigLIP towers, which were trained without a mask", async () => {
    const files = { "config.json": JSON.stringify({ model_type: "siglip" }) };
    const text = { pooling: "mean", mask: "attention_mask", output: "pooler_output" } as const;
    const folder = huggingFaceFolder({ split: true, text, vision: { output: "pooler_output" }, files });
    const { encoder } = await textEncoder(folder);
    expect(encoder.variableLength).toBe(false);
  });

  it("feeds position ids and token types", async () => {
    const extraInputs = [
      { name: "position_ids", type: "int64" as const, shape: [1, "length"] },
      { name: "token_type_ids", type: "int64" as const, shape: ["batch", "length"] },
    ];
    const { encode } = await textEncoder(huggingFaceFolder({ split: true, text: { extraInputs } }));
    const reference = await textEncoder(huggingFaceFolder({ split: true }));
    expectClose(await encode("a dog", "the cat"), await reference.encode("a dog", "the cat"), 1e-7);
  });

  it("refuses rows longer than the context, and returns nothing for none", async () => {
    const { encoder } = await textEncoder(huggingFaceFolder({ split: true }));
    await expect(encoder.encode([new Int32Array(25).fill(2)])).rejects.toThrow(RangeError);
    expect(await encoder.encode([])).toEqual(new Float32Array(0));
  });
});

describe("a graph with both towers", () => {
  it.each([
    ["separate batches", false, {}],
    ["batches of one name, not tied", false, { batch: "batch" }],
    ["tied batches", true, { batch: "batch" }],
  ] as const)("returns the embeddings of the single towers, with %s", async (_, tie, batch) => {
    const both = huggingFaceFolder({ tie, vision: { ...batch }, text: { ...batch } });
    const single = huggingFaceFolder({ split: true });
    const pixels = images(5);
    const [found, expected] = [await imageEncoder(both), await imageEncoder(single)];
    expectClose(await found.encode(pixels, 5), await expected.encode(pixels, 5), 1e-6);
    const captions = ["a dog", "the big cat", "a photo of an old armchair"];
    const [texts, reference] = [await textEncoder(both), await textEncoder(single)];
    expect(texts.encoder.variableLength).toBe(true);
    expectClose(await texts.encode(...captions), await reference.encode(...captions), 1e-6);
  });

  it("supports fixed batches of both towers", async () => {
    const both = huggingFaceFolder({ vision: { batch: 2, outputShape: [2, 4] }, text: { batch: 3, length: 24 } });
    const pixels = images(5);
    expectClose(await (await imageEncoder(both)).encode(pixels, 5), expectedEmbeddings(pixels, 5), 1e-6);
    const texts = await textEncoder(both);
    const reference = await textEncoder(huggingFaceFolder({ split: true }));
    expectClose(await texts.encode("a dog", "the cat"), await reference.encode("a dog", "the cat"), 1e-6);
  });

  it("reports what onnxruntime refused, with the shapes, if the graph ties batches without declaring it", async () => {
    const checkpoint = await openCheckpoint(huggingFaceFolder({ tie: true }));
    const encoder = await checkpoint.openImageEncoder({ threads: 1 });
    onTestFinished(() => encoder.close());
    await expect(encoder.encode(images(2), 2)).rejects.toThrow(InputError);
    await expect(encoder.encode(images(2), 2)).rejects.toThrow(/cannot run it on .*pixel_values \(2, 3, 8, 8\)/);
  });
});

describe("unitDistance", () => {
  it("is the largest difference of elements at unit length, infinite for a vector without length", () => {
    expect(unitDistance(Float32Array.of(3, 0), Float32Array.of(5, 0))).toBe(0);
    expect(unitDistance(Float32Array.of(2, 0), Float32Array.of(0, 7))).toBe(1);
    expect(unitDistance(Float32Array.of(0, 0), Float32Array.of(0, 7))).toBe(Number.POSITIVE_INFINITY);
  });
});
