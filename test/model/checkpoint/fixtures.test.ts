import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { createPreprocessor } from "../../../src/data/image/preprocess-image.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { fixtures } from "../../helpers.ts";

/** PyTorch's results for the weights of the fixture checkpoints (test/fixtures/checkpoints/make). */
interface Expected {
  readonly image: string;
  readonly pixels_sha256: string;
  readonly dimension: number;
  readonly unit_length: boolean;
  readonly image_embedding: readonly number[];
  readonly texts: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    readonly embedding: readonly number[];
  }[];
}

const root = join(fixtures, "checkpoints");
const expectations = JSON.parse(readFileSync(join(root, "embeddings.json"), "utf8")) as Record<string, Expected>;

/** PyTorch's kernels against onnxruntime's in float32; float16 and int8 graphs are compared with onnxruntime. */
const DELTA = 1e-4;

describe.each(Object.entries(expectations))("fixture checkpoint %s", (name, expected) => {
  const [folder, variant] = name.split(".") as [string, string | undefined];
  const open = () => openCheckpoint(join(root, folder), variant === undefined ? {} : { variant });

  it("embeds an image as its reference does", async () => {
    const checkpoint = await open();
    const preprocessor = createPreprocessor(checkpoint.preprocessing);
    const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
    const tensor = new Float32Array(pixels.length);
    const file = readFileSync(join(fixtures, "demo/imagenet/val", expected.image));
    preprocessor.toPixels(await decodeImage(file), pixels);
    expect(sha256(pixels)).toBe(expected.pixels_sha256);
    preprocessor.toTensor(pixels, tensor);
    const encoder = await checkpoint.openImageEncoder({ threads: 1 });
    const embedding = await encoder.encode(tensor, 1);
    await encoder.close();
    expect([encoder.dimension, embedding.length]).toEqual([expected.dimension, expected.dimension]);
    expectStart(embedding, expected.image_embedding);
    expect(Math.abs(Math.hypot(...embedding) - 1) < 1e-3).toBe(expected.unit_length);
  });

  it("tokenizes and embeds texts as its reference does, alone and together", async () => {
    const checkpoint = await open();
    const encoder = await checkpoint.openTextEncoder({ threads: 1 });
    const rows = expected.texts.map(
      ({ prompt }) => checkpoint.tokenizer?.encode(prompt, encoder.contextLength) as Int32Array,
    );
    for (const [i, row] of rows.entries()) {
      const ids = expected.texts[i]?.ids as number[];
      expect([...row]).toEqual(ids.slice(0, row.length));
      // The rest is padding; its id only matters for towers without an attention mask, whose embeddings are compared
      expect(new Set(ids.slice(row.length)).size).toBeLessThanOrEqual(1);
    }
    const together = await encoder.encode(rows);
    for (const [i, { embedding }] of expected.texts.entries()) {
      expectStart(together.subarray(i * expected.dimension), embedding);
      expectStart(await encoder.encode([rows[i] as Int32Array]), embedding);
    }
    await encoder.close();
  });

  it("passes every check of its export", async () => {
    const { checks } = await inspectCheckpoint(join(root, folder), variant === undefined ? {} : { variant });
    expect(checks.filter((check) => check.status !== "ok")).toEqual([]);
  });
});

function expectStart(found: Float32Array, expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) expect(found[i]).closeTo(value, DELTA);
}

describe("broken fixture checkpoints", () => {
  it("wrong-eot fails only the check of captions' ends", async () => {
    const { checks } = await inspectCheckpoint(join(root, "wrong-eot"));
    expect(checks.filter((check) => check.status !== "ok").map((check) => [check.name, check.status])).toEqual([
      ["captions that differ only at their end differ", "failed"],
    ]);
  });

  it("different-width is refused with both widths", async () => {
    await expect(openCheckpoint(join(root, "different-width"))).rejects.toThrow(
      /image embeddings have 24 numbers, text embeddings 16/,
    );
  });
});
