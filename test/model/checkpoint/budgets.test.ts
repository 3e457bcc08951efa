import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { probedContext, textsAtOnce } from "../../../src/model/checkpoint/text-encoder.ts";
import { huggingFaceFolder, openClipConfig, openClipFolder } from "./tiny-checkpoint.ts";

describe("a fixed batch", () => {
  it("that exceeds any machine's memory is refused before anything is loaded", async () => {
    const size = [224, 224] as const;
    const config = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, vision_cfg: { image_size: 224 } } };
    const images = openClipFolder({ vision: { batch: 1e6, size }, config });
    await expect(openCheckpoint(images)).rejects.toThrow(
      new InputError(
        `${images}/visual.onnx: takes 1000000 images of 224 × 224 per batch, 602.1 GB; export it with a dynamic batch, or a small one`,
      ),
    );
    const texts = openClipFolder({ text: { batch: 1e6 } });
    await expect(openCheckpoint(texts)).rejects.toThrow(
      /textual\.onnx: takes 1000000 texts of 77 tokens per batch; export it with dynamic batch/,
    );
    const long = huggingFaceFolder({ text: { length: 1e9 } });
    await expect(openCheckpoint(long)).rejects.toThrow(/takes 1 texts of 1000000000 tokens per batch/);
  });

  it("of a usual size is accepted", async () => {
    const checkpoint = await openCheckpoint(openClipFolder({ vision: { batch: 256 }, text: { batch: 1000 } }));
    expect(checkpoint.files.length).toBeGreaterThan(0);
  });
});

describe("a long context", () => {
  it("limits how many texts are embedded at once; CLIP's and SigLIP's do not", () => {
    const lengths = [64, 77, 512, 2048, 8192, 32_768];
    expect(lengths.map((length) => textsAtOnce(64, length, null))).toEqual([64, 64, 64, 4, 1, 1]);
    expect(textsAtOnce(64, 8192, 16)).toBe(16); // the graph takes no other
  });

  it("is not filled by probes, unless the graph has a fixed length", () => {
    expect([77, 512, 8192].map((length) => probedContext(length, null))).toEqual([77, 512, 512]);
    expect(probedContext(8192, 8192)).toBe(8192);
  });

  it("of 8,192 tokens is opened without filling it, and its texts are not padded", async () => {
    const files = { "tokenizer_config.json": JSON.stringify({ pad_token: "<pad>", model_max_length: 8192 }) };
    const checkpoint = await openCheckpoint(huggingFaceFolder({ files }));
    const encoder = await checkpoint.openTextEncoder();
    expect([encoder.contextLength, encoder.variableLength]).toEqual([8192, true]);
    await encoder.close();
  });
});
