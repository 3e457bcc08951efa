import { describe, expect, it } from "vitest";
import type { ResultMetrics } from "../../../src/evaluation/results/metrics-file.ts";
import { checkCheckpointName, checkReplaceable } from "../../../src/evaluation/results/replaceable-result.ts";
import type { Recipe } from "../../../src/evaluation/results/run-file.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { sampleResult, writeSample } from "./sample-result.ts";

const recipe: Recipe = {
  fingerprint: "f",
  preprocessing: { size: 224 },
  benchmark_version: 1,
  definition: { protocol: "p", "class-folders wnid": "w" },
  manifest_sha256: "m",
  templates_sha256: "t",
  class_names_sha256: "c",
  text_sha256: "x",
  provider: "cpu",
  precision: "float32",
};
const checkpoint = { fingerprint: "f", text: { sha256: "x" } };
const metrics: ResultMetrics = sampleResult({ n: 10, expectedN: 50_000 }, 1);

/** Checks whether a result may replace the one in a folder. */
const replace = (folder: string, changed: Partial<Recipe>, images: number, definitionFile: string | null = null) =>
  checkReplaceable(folder, { key: metrics, recipe: { ...recipe, ...changed }, images, definitionFile });

async function written(images: { n: number; expected: number }, more: object = {}) {
  const out = temporaryFolder();
  return { out, folder: await writeSample(out, metrics, { recipe, images, ...more }) };
}

describe("results", () => {
  it("are replaced by the same recipe, and by more images if the old run had too few", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    for (const [changed, images] of [
      [{}, 10],
      [{ manifest_sha256: "more" }, 100],
      [{ benchmark_version: 2 }, 10],
      [{ benchmark_version: 2, definition: { protocol: "other" }, class_names_sha256: "other" }, 10],
    ] as const) {
      await expect(replace(folder, changed, images)).resolves.toBe(false);
    }
  });

  it("may be from the same images if the counts are equal and the listing differs, and are not otherwise", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    await expect(replace(folder, { manifest_sha256: "tar" }, 10)).resolves.toBe(true);
    for (const [changed, images] of [
      [{ manifest_sha256: "tar" }, 9],
      [{ manifest_sha256: "tar", precision: "float16" }, 10],
    ] as const) {
      await expect(replace(folder, changed, images)).rejects.toThrow(
        /contains a result made with different settings \(another manifest/,
      );
    }
  });

  it("are not replaced by another definition of the same version; a layout or title is not part of it", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    const userDefinition = "mine.json";
    await replace(folder, { definition: { ...recipe.definition, "flat labels.txt": "f" } }, 10, userDefinition);
    await replace(folder, { definition: { protocol: "p" } }, 10, userDefinition);
    for (const definition of [{ protocol: "other" }, { ...recipe.definition, "class-folders wnid": "other" }]) {
      await expect(replace(folder, { definition }, 10, userDefinition)).rejects.toThrow(
        /\(another definition of the benchmark under one version\).*raise the version in mine\.json.*choose another --out/,
      );
    }
    await expect(replace(folder, { benchmark_version: 0 }, 10)).rejects.toThrow(/another version of the benchmark/);
  });

  it("are not replaced by a result of another key in the same folder", async () => {
    const prompts = { templates: { id: "a+b" }, class_names: { id: "imagenet-openai" } };
    const { folder } = await written({ n: 10, expected: 100 }, { prompts });
    const key = { ...metrics, templates: "a", classNames: "b" };
    await expect(checkReplaceable(folder, { key, recipe, images: 10, definitionFile: null })).rejects.toThrow(
      /contains the result of templates a\+b and class names imagenet-openai, which has the same folder; rename/,
    );
  });

  it("are not replaced if their run.json cannot be read", async () => {
    const folder = writeTree(temporaryFolder(), { "run.json": '{"recipe": ' });
    await expect(replace(folder, {}, 10)).rejects.toThrow(
      /run\.json: not JSON.*; move the folder, or choose another --out$/,
    );
  });

  it("are not overwritten by fewer images, another checkpoint, or other prompts of the same name", async () => {
    const { out, folder } = await written({ n: 100, expected: 100 });
    await expect(replace(folder, { manifest_sha256: "less" }, 10)).rejects.toThrow(
      /openai-80: contains a result made with different settings \(another manifest\); it is not overwritten/,
    );
    await expect(replace(folder, { templates_sha256: "other" }, 100)).rejects.toThrow(/template set of this name/);
    await expect(checkCheckpointName(out, "a", { ...checkpoint, fingerprint: "g" })).rejects.toThrow(
      /contains results of another checkpoint of the same name.*--name/,
    );
    await checkCheckpointName(out, "a", checkpoint);
    await checkCheckpointName(out, "b", { ...checkpoint, fingerprint: "g" });
  });

  it("are not overwritten or extended by the same files with other text settings", async () => {
    const { out, folder } = await written({ n: 100, expected: 100 });
    await expect(replace(folder, { text_sha256: "y" }, 100)).rejects.toThrow(
      /a result made with different settings \(other text settings\); it is not overwritten: give this checkpoint another name with --name/,
    );
    await expect(checkCheckpointName(out, "a", { ...checkpoint, text: { sha256: "y" } })).rejects.toThrow(
      /contains results of the same files with different text settings \(cleaning, padding, context length\); choose a different name with --name/,
    );
  });

  it("are not overwritten if they do not state how they were made", async () => {
    for (const part of ["definition", "text_sha256", "templates_sha256"] as const) {
      const { [part]: _, ...partial } = recipe;
      const { folder } = await written({ n: 10, expected: 10 }, { recipe: partial });
      await expect(replace(folder, {}, 10)).rejects.toThrow(
        /a result made with different settings \((?:another|other) /,
      );
    }
  });

  it("of older versions, which do not name the runtime, are replaced only by those of cpu and float32", async () => {
    const { provider: _, precision: __, ...former } = recipe;
    for (const old of [former, recipe]) {
      const { folder } = await written({ n: 10, expected: 10 }, { recipe: old });
      await replace(folder, {}, 10);
      await expect(replace(folder, { provider: "cuda", precision: "float16" }, 10)).rejects.toThrow(
        /made with different settings \(another execution provider, another precision\)/,
      );
    }
  });
});
