import { cpSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/model/checkpoint/fingerprint.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { encodeValues } from "../../../src/model/onnx/encode-model.ts";
import { temporaryFolder } from "../../helpers.ts";
import { huggingFaceFolder, openClipConfig, openClipFolder } from "./tiny-checkpoint.ts";
import { tinyVision, visionWeights } from "./tiny-towers.ts";

const print = async (folder: string) => (await openCheckpoint(folder)).fingerprint;
const weights = (values: number[]) => encodeValues({ type: "float32", values });

describe("fingerprint", () => {
  it("does not depend on the order of the parts", () => {
    const part = fc.record({ role: fc.constantFrom("vision", "text", "tokenizer"), sha256: fc.string() });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        expect(fingerprint([...parts].reverse())).toBe(fingerprint(parts));
      }),
    );
  });

  it("depends on the role: two towers swapped are another checkpoint", () => {
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    expect(
      fingerprint([
        { role: "vision", sha256: a },
        { role: "text", sha256: b },
      ]),
    ).not.toBe(
      fingerprint([
        { role: "vision", sha256: b },
        { role: "text", sha256: a },
      ]),
    );
  });

  it("does not depend on the folder's location or name, or on repeated reading", async () => {
    const folder = openClipFolder();
    const copy = join(temporaryFolder(), "another name");
    cpSync(folder, copy, { recursive: true });
    expect(await print(copy)).toBe(await print(folder));
    expect(await print(folder)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes with every file that can affect a result", async () => {
    const external = { external: "visual.data" };
    const files = { "visual.data": weights(visionWeights(4)) };
    const base = openClipFolder({ vision: external, files });
    const prints = new Set([await print(base)]);
    const changedWeights = [...visionWeights(4)];
    changedWeights[0] = 0.123;
    const variants = [
      openClipFolder({ vision: external, files: { "visual.data": weights(changedWeights) } }),
      openClipFolder({ vision: { ...external, activation: "GELU" }, files }),
      openClipFolder({ vision: external, text: { activation: "GELU" }, files }),
      openClipFolder({
        vision: external,
        files,
        config: { ...openClipConfig, preprocess_cfg: { resize_mode: "squash" } },
      }),
    ];
    for (const variant of variants) prints.add(await print(variant));
    expect(prints.size).toBe(1 + variants.length);
  });

  it("changes with the tokenizer's files but not with unused files", async () => {
    const folder = huggingFaceFolder();
    const before = await print(folder);
    writeFileSync(join(folder, "README.md"), "a model card");
    writeFileSync(join(folder, "onnx/model_fp16.onnx"), tinyVision());
    expect(await print(folder)).toBe(before);
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ pad_token: "<unk>", model_max_length: 24 }));
    const padded = await print(folder);
    expect(padded).not.toBe(before);
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.files.map((file) => file.role)).toEqual([
      "vision and text",
      "preprocessing",
      "tokenizer",
      "tokenizer config",
    ]);
  });

  it("lists external data with its tower, relative to the folder", async () => {
    const files = { "w.data": weights(visionWeights(4)) };
    const folder = openClipFolder({ vision: { external: "w.data" }, files });
    const found = (await openCheckpoint(folder)).files.find((file) => file.role === "vision data");
    expect(found).toMatchObject({ path: "w.data", bytes: 48 });
    renameSync(join(folder, "w.data"), join(folder, "moved.data"));
    await expect(openCheckpoint(folder)).rejects.toThrow(/w.data: missing/);
  });
});
