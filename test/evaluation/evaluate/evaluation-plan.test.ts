import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { EvaluateOptions } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import { planEvaluation } from "../../../src/evaluation/evaluate/evaluation-plan.ts";
import { imagesToEmbed } from "../../../src/evaluation/evaluate/planned-runs.ts";
import { missingPrompts, promptLists } from "../../../src/evaluation/evaluate/text-plan.ts";
import { IMAGES_OF_CLASS, noisePng, PATHS, writeDefinition, writeImages } from "../../app/cli/animals.ts";
import { root } from "../../app/cli/run-cli.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { openClipFolder } from "../../model/checkpoint/tiny-checkpoint.ts";

// Threads run the built programs
const { evaluate } = (await import(join(root, "dist", "index.js"))) as typeof import("../../../src/index.ts");

let images: Buffer[];

beforeAll(async () => {
  images = await Promise.all(PATHS.map((_, i) => noisePng(i)));
});

/** A sweep of two checkpoints with two template sets that share a template, in parts of two images. */
function sweep(): EvaluateOptions & { readonly out: string; readonly store: string } {
  const folder = temporaryFolder();
  const definition = writeDefinition(join(folder, "definition"));
  writeImages(join(folder, "data"), images);
  writeTree(folder, { "first.txt": "a {}\nthe {}\n", "second.txt": "the {}\nmy {}\nyour {}\n" });
  const options = {
    checkpoints: [openClipFolder(), openClipFolder({ text: { type: "int32" } })],
    benchmarks: [definition],
    dataDirs: { animals: join(folder, "data") },
    templates: [join(folder, "first.txt"), join(folder, "second.txt")],
    out: join(folder, "results"),
    store: join(folder, "store"),
    threads: 1,
    partSize: 2,
  };
  return { ...options, names: { [options.checkpoints[0] as string]: "a", [options.checkpoints[1] as string]: "b" } };
}

describe("a plan", () => {
  it("has the classifiers of each checkpoint, and every prompt to be embedded once", async () => {
    const { texts } = await planEvaluation(sweep());
    expect(texts.map(({ checkpoint }) => checkpoint.id)).toEqual(["a", "b"]);
    for (const text of texts) {
      expect(text.classifiers.map(({ prompts, isBuilt }) => [prompts.id, isBuilt])).toEqual([
        ["first", false],
        ["second", false],
      ]);
      const prompts = await missingPrompts(text);
      expect(prompts).toHaveLength(4 * 3);
      expect(new Set(prompts).size).toBe(text.missing);
      const lists = [...promptLists(text)].map((list) => list.prompts);
      expect(lists[0]).toEqual(["a cat", "the cat", "a dog", "the dog", "a owl", "the owl"]);
      expect(lists.flat().sort()).toEqual([...prompts].sort());
    }
  });

  it("has nothing to do after an evaluation, and only missing parts for a larger one", async () => {
    const options = sweep();
    const [first, second] = options.checkpoints as [string, string];
    await evaluate({ ...options, checkpoints: [first], names: { [first]: "a" } });
    const { texts, runs } = await planEvaluation(options);
    expect(texts.map(({ missing }) => missing)).toEqual([0, 12]);
    expect(texts[0]?.classifiers.every(({ isBuilt }) => isBuilt)).toBe(true);
    expect(runs.map((run) => imagesToEmbed([run]))).toEqual([0, PATHS.length]);
    await evaluate({ ...options, checkpoints: [second], names: { [second]: "b" } });
    const whole = await planEvaluation(options);
    expect([whole.texts.map(({ missing }) => missing), imagesToEmbed(whole.runs)]).toEqual([[0, 0], 0]);
  });

  it("for additional classes embeds only their images, and gives the results of a fresh run", async () => {
    const sweeps = sweep();
    const folder = writeTree(temporaryFolder(), { "some.txt": "cat\nowl\n", "dogs.txt": "dog\nowl\n" });
    const [checkpoint] = sweeps.checkpoints as [string];
    const options = {
      ...sweeps,
      checkpoints: [checkpoint],
      names: { [checkpoint]: "a" },
      partSize: 5,
      allowIncomplete: true,
    };
    const embedded: number[] = [];
    const run = async (more: Partial<EvaluateOptions>) => {
      let total = 0;
      const onProgress: EvaluateOptions["onProgress"] = (state) => {
        if (state.phase === "images") total = Math.max(total, state.done);
      };
      const [result] = await evaluate({
        ...options,
        ...more,
        templates: sweeps.templates?.slice(0, 1) ?? [],
        onProgress,
      });
      embedded.push(total);
      return readFileSync(join(result?.folder as string, "predictions.csv"), "utf8");
    };
    await run({ classes: join(folder, "some.txt") });
    const { runs } = await planEvaluation(options);
    expect(imagesToEmbed(runs)).toBe(IMAGES_OF_CLASS);
    const filled = await run({});
    await run({ classes: join(folder, "dogs.txt") });
    expect(embedded).toEqual([2 * IMAGES_OF_CLASS, IMAGES_OF_CLASS, 0]);
    expect(filled).toBe(await run({ out: join(folder, "fresh"), store: join(folder, "fresh-store") }));
    expect(embedded.at(-1)).toBe(3 * IMAGES_OF_CLASS);
  });

  it("of the shards has every part once, and the same units", async () => {
    const options = sweep();
    const whole = await planEvaluation(options);
    const shards = [];
    for (const index of [0, 1, 2]) shards.push(await planEvaluation(options, { shard: { index, count: 3 } }));
    for (const [r, run] of whole.runs.entries()) {
      const parts = shards.flatMap(({ runs }) => runs[r]?.missing ?? []).map(({ index }) => index);
      expect(parts.sort((a, b) => a - b)).toEqual(run.missing.map(({ index }) => index));
      expect(parts).toHaveLength((IMAGES_OF_CLASS * 3) / 2);
    }
    expect(shards.map(({ imageUnits }) => imageUnits)).toEqual([6, 6, 6]);
  });

  it("writes nothing if read-only; otherwise it records what was read of the files", async () => {
    const options = sweep();
    await planEvaluation(options, { readOnly: true });
    expect([existsSync(options.out), existsSync(options.store)]).toEqual([false, false]);
    await planEvaluation(options);
    expect(existsSync(options.out)).toBe(false);
    expect(readdirSync(options.store)).toContain("checks");
  });
});

describe("a runtime", () => {
  it("that does not exist is refused before anything is read", async () => {
    const plan = (runtime: unknown) =>
      planEvaluation({ checkpoints: ["none"], runtime: runtime as NonNullable<EvaluateOptions["runtime"]> });
    await expect(plan({ provider: "cuda" })).rejects.toThrow('unknown provider "cuda"; known: cpu');
    await expect(plan({ precision: "int8" })).rejects.toThrow('unknown precision "int8"; known: float32');
  });
});
