import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Architecture } from "../../../src/model/architectures/architecture.ts";
import { readArchitecture } from "../../../src/model/architectures/read-architecture.ts";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import { type ArchitectureCase, caseIds, readCase } from "./cases.ts";
import { atCutDepth, embedCase, largestDifference } from "./embed-case.ts";
import { writeSafetensors } from "./synthetic-weights.ts";
import { writeTorchArchive } from "./write-torch-archive.ts";

/**
 * Of elements of unit vectors. Measured: up to 5e-7; ResNets, whose batch norms have small variances here, up to 3e-6.
 * `test/fixtures/architectures/make/mutations.txt` says what mistakes do.
 */
const TOLERANCE = { "vision-transformer": 2e-6, "modified-resnet": 5e-6 };

/** Cases by their weight files: a file serves all of a group. */
const groups = new Map<string, ArchitectureCase[]>();
for (const wanted of caseIds.map(readCase)) {
  const key = JSON.stringify([wanted.tensors, wanted.stored]);
  groups.set(key, [...(groups.get(key) ?? []), wanted]);
}

describe.each([...groups.values()].map((cases) => ({ cases, id: cases[0]?.id })))("weights of $id", ({ cases }) => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "shiftline-"));
    writeWeights(join(folder, "weights"), cases[0] as ArchitectureCase);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(cases)("$id gives PyTorch's embeddings, and uses every tensor", async (wanted) => {
    const architecture = await architectureOf(wanted, join(folder, "weights"));
    expect(architecture.unused).toEqual([]);
    const images = imagesOf(wanted);
    const found = await embedCase(architecture, wanted, images);
    expect([found.images.length, found.texts.length]).toEqual([images, wanted.textEmbeddings.length]);
    expect(largestDifference(found.images, wanted.imageEmbeddings)).toBeLessThan(TOLERANCE[architecture.image.kind]);
    expect(largestDifference(found.texts, wanted.textEmbeddings)).toBeLessThan(TOLERANCE["vision-transformer"]);
  });
});

function writeWeights(
  file: string,
  { tensors, stored = { format: "safetensors", type: "float32" } }: ArchitectureCase,
) {
  if (stored.format === "pytorch") writeTorchArchive(file, tensors, stored.type);
  else writeSafetensors(file, tensors, stored.type);
}

async function architectureOf(wanted: ArchitectureCase, file: string): Promise<Architecture> {
  const { openClip, huggingFace } = wanted;
  const weights = await readWeights(file);
  return atCutDepth(wanted, () =>
    readArchitecture(weights, {
      openClip: openClip === undefined ? null : { file: "open_clip_config.json", config: openClip },
      huggingFace: huggingFace === undefined ? null : { file: "config.json", config: huggingFace },
    }),
  );
}

/** Above this, a second image costs more than it shows: that a batch is no single image is the same code everywhere. */
const MAX_WIDTH_OF_TWO = 768;

function imagesOf({ imageSize: [height], imageEmbeddings: [embedding] }: ArchitectureCase): 1 | 2 {
  return height <= 256 && (embedding as Float32Array).length <= MAX_WIDTH_OF_TWO ? 2 : 1;
}
