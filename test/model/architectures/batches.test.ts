import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readArchitecture } from "../../../src/model/architectures/read-architecture.ts";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import { readCase } from "./cases.ts";
import { embedCase, largestDifference } from "./embed-case.ts";
import { writeSafetensors } from "./synthetic-weights.ts";

const folder = mkdtempSync(join(tmpdir(), "shiftline-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a compiled tower", () => {
  it.each([
    "variant-open-clip-class-token",
    "variant-open-clip-class-token-all",
    "variant-open-clip-first",
    "variant-open-clip-end-all",
    "variant-open-clip-last",
  ])("of %s returns the same embedding for an image or a text alone as in a batch", async (id) => {
    const wanted = readCase(id);
    const file = join(folder, `${id}.safetensors`);
    writeSafetensors(file, wanted.tensors, "float32");
    const config = { file: "open_clip_config.json", config: wanted.openClip };
    const architecture = await readArchitecture(await readWeights(file), { openClip: config, huggingFace: null });
    const batch = await embedCase(architecture, wanted, 2);
    for (const [i, text] of wanted.texts.entries()) {
      const alone = await embedCase(architecture, { ...wanted, texts: [text] }, 1);
      expect(largestDifference(alone.texts, batch.texts.slice(i, i + 1))).toBeLessThan(1e-6);
      expect(largestDifference(alone.images, batch.images.slice(0, 1))).toBeLessThan(1e-6);
    }
  });
});
