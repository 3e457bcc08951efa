import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPromptSet } from "../../../src/evaluation/classifier/prompt-set.ts";
import { buildClassifierFromPrompts } from "../../../src/evaluation/classifier/zero-shot-classifier.ts";
import type { PromptStore } from "../../../src/evaluation/store/prompt-store.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { type Checkpoint, openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";

/** Builds the classifier of two classes with two prompts each, given the stored embeddings of the four. */
function build(embeddings: () => readonly (readonly number[])[]) {
  const store = {
    has: () => true,
    read: async () => embeddings().map((values) => Float32Array.from(values)),
  } as Partial<PromptStore> as PromptStore;
  const checkpoint = { path: "clip" } as Checkpoint;
  const prompts = [
    ["a cat", "the cat"],
    ["a dog", "the dog"],
  ];
  return buildClassifierFromPrompts(checkpoint, prompts, { store });
}

describe("a zero-shot classifier", () => {
  it("has the normalized mean of the normalized embeddings of each class's prompts", async () => {
    const { weights } = await build(() => [
      [2, 0],
      [0, 5],
      [0, 1],
      [0, 3],
    ]);
    expect([...weights.data]).toEqual([Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2), 0, 1]);
  });

  it.each([
    [[0, 0], "clip: text encoder: prompt embeddings: row 1 is zero, it has no direction"],
    [[Number.NaN, 0], "clip: text encoder: prompt embeddings: row 1 is not finite, it has no direction"],
    [[-1, 0], "clip: text encoder: class weights: row 0 is zero, it has no direction"],
  ])(
    "is refused if an embedding is %j and another [1, 0], naming the checkpoint's path",
    async (embedding, message) => {
      const built = build(() => [[1, 0], embedding, [0, 1], [0, 1]]);
      await expect(built).rejects.toThrow(new InputError(message));
    },
  );

  it("of a varying number of prompts per class matches CLIP_benchmark", async () => {
    const expected: { prompts: Record<string, string[]>; weights: number[][] } = JSON.parse(
      readFileSync(join(fixtures, "class-names", "cupl.json"), "utf8"),
    );
    const folder = writeTree(temporaryFolder(), { "cupl.json": JSON.stringify(expected.prompts) });
    const set = await readPromptSet(join(folder, "cupl.json"));
    const checkpoint = await openCheckpoint(join(fixtures, "checkpoints", "vit-open-clip"));
    const { weights } = await buildClassifierFromPrompts(
      checkpoint,
      Object.keys(expected.prompts).map((name) => set.promptsOf(name)),
    );
    expect([weights.rows, weights.columns]).toEqual([3, expected.weights[0]?.length]);
    const values = expected.weights.flat();
    // summation order in another runtime and batch: measured below 1e-6
    for (const [i, value] of values.entries()) expect(weights.data[i]).closeTo(value, 1e-5);
  });
});
