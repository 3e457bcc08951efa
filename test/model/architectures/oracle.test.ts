import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Architecture } from "../../../src/model/architectures/architecture.ts";
import { readArchitecture } from "../../../src/model/architectures/read-architecture.ts";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import type { Weights } from "../../../src/model/weights/weights.ts";
import { type ArchitectureCase, caseIds, readCase } from "./cases.ts";
import { atCutDepth, embedCase, largestDifference } from "./embed-case.ts";
import { createSharedBlocks } from "./shared-blocks.ts";
import { type TensorRecipes, tensorBytes, writeSafetensors } from "./synthetic-weights.ts";
import { writeTorchArchive } from "./write-torch-archive.ts";

/**
 * Tolerance per element of unit vectors. Measured: up to 5e-7; ResNets, whose batch norms have small variances here, up to 3e-6.
 * `test/fixtures/architectures/make/mutations.txt` lists the effects of mistakes.
 */
const TOLERANCE = { "vision-transformer": 2e-6, "modified-resnet": 5e-6 };

/** Larger networks refer to shared files: writing separate ones would take most of the time and test nothing more. */
const MAX_WRITTEN = 110e6;

let folder = "";
let sharedWeights: (tensors: TensorRecipes) => Weights;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shiftline-"));
  sharedWeights = createSharedBlocks(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an architecture compiled from its weights", () => {
  it.each(caseIds)("%s returns PyTorch's embeddings, and uses every tensor", async (id) => {
    const wanted = readCase(id);
    const architecture = await architectureOf(wanted, await weightsOf(wanted));
    expect(architecture.unused).toEqual([]);
    const images = imagesOf(wanted);
    const found = await embedCase(architecture, wanted, images);
    expect([found.images.length, found.texts.length]).toEqual([images, wanted.textEmbeddings.length]);
    expect(largestDifference(found.images, wanted.imageEmbeddings)).toBeLessThan(TOLERANCE[architecture.image.kind]);
    expect(largestDifference(found.texts, wanted.textEmbeddings)).toBeLessThan(TOLERANCE["vision-transformer"]);
  });
});

/** The last written file and its content: the cases of a network are consecutive. */
let written = "";

async function weightsOf({ tensors, stored }: ArchitectureCase): Promise<Weights> {
  const bytes = Object.values(tensors).reduce((sum, recipe) => sum + tensorBytes(recipe, "float32"), 0);
  if (stored === undefined && bytes > MAX_WRITTEN) return sharedWeights(tensors);
  const file = join(folder, "weights");
  const content = JSON.stringify([tensors, stored]);
  if (content !== written) {
    if (stored?.format === "pytorch") writeTorchArchive(file, tensors, stored.type);
    else writeSafetensors(file, tensors, stored?.type);
    written = content;
  }
  return readWeights(file);
}

async function architectureOf(wanted: ArchitectureCase, weights: Weights): Promise<Architecture> {
  const { openClip, huggingFace } = wanted;
  return atCutDepth(wanted, () =>
    readArchitecture(weights, {
      openClip: openClip === undefined ? null : { file: "open_clip_config.json", config: openClip },
      huggingFace: huggingFace === undefined ? null : { file: "config.json", config: huggingFace },
    }),
  );
}

/** Above this, a second image is too expensive: batches use the same code everywhere. */
const MAX_WIDTH_OF_TWO = 768;

function imagesOf({ imageSize: [height], imageEmbeddings: [embedding] }: ArchitectureCase): 1 | 2 {
  return height <= 256 && (embedding as Float32Array).length <= MAX_WIDTH_OF_TWO ? 2 : 1;
}
