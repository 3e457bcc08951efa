import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatAccuracies } from "../../../src/evaluation/results/accuracies-csv.ts";
import { rebuildAccuracies } from "../../../src/evaluation/results/rebuild-accuracies.ts";
import { checkFoldersDistinct, ignoresCase } from "../../../src/evaluation/results/result-collisions.ts";
import {
  checkCheckpointName,
  checkReplaceable,
  type Recipe,
  type ResultMetrics,
  resultFolder,
  writeResult,
} from "../../../src/evaluation/results/result-folder.ts";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { formatAccuracyTable } from "../../../src/output/tables/accuracy-table.ts";
import { temporaryFolder } from "../../helpers.ts";

const recipe: Recipe = {
  fingerprint: "f",
  preprocessing: { size: 224 },
  benchmark_version: 1,
  definition: { protocol: "p", "class-folders wnid": "w" },
  manifest_sha256: "m",
  templates_sha256: "t",
  class_names_sha256: "c",
  text_sha256: "x",
};
const checkpoint = { fingerprint: "f", text: { sha256: "x" } };
const result = (checkpoint: string, correct: number): ResultMetrics => ({
  schema: 1,
  checkpoint,
  benchmark: "imagenet",
  protocol: "1000",
  templates: "openai-80",
  class_names: "imagenet-openai",
  n: 10,
  expected_n: 50000,
  metrics: [
    {
      metric: "top1",
      value: correct / 10,
      correct,
      n: 10,
      ...binomialInterval(correct, 10),
      interval: "clopper-pearson",
    },
    {
      metric: "mean_per_class_recall",
      value: 0.5,
      correct: null,
      n: 10,
      low: 0.1,
      high: 0.9,
      interval: "korn-graubard",
    },
  ],
});

describe("result folders", () => {
  it("are named by checkpoint, benchmark, protocol and prompts, with class names where they are not the default", () => {
    const key = result("a", 1);
    expect(resultFolder("out", key, "imagenet-openai")).toBe(join("out", "a", "imagenet", "1000", "openai-80"));
    expect(resultFolder("out", { ...key, class_names: "mine" }, "imagenet-openai")).toBe(
      join("out", "a", "imagenet", "1000", "openai-80+mine"),
    );
  });

  const of = (own: { path: string; sha256: string } | null = null) => ({ key: result("a", 1), own });

  async function written(images: { n: number; expected: number }, more: object = {}) {
    const out = temporaryFolder();
    const folder = resultFolder(out, result("a", 1), "imagenet-openai");
    await writeResult(folder, { run: { recipe, images, ...more }, metrics: result("a", 1), predictions: "image\n" });
    return { out, folder };
  }

  it("are replaced by the same recipe, and by more images where the old run had too few", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    const another = { ...recipe, benchmark_version: 2 };
    for (const [made, images] of [
      [recipe, 10],
      [{ ...recipe, manifest_sha256: "more" }, 100],
      [another, 10],
      [{ ...another, definition: { protocol: "other" }, class_names_sha256: "other" }, 10],
    ] as const) {
      await expect(checkReplaceable(folder, made, images, of())).resolves.toBeUndefined();
    }
  });

  it("are not replaced by another definition of one version: another layout or title is none", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    const own = { path: "mine.json", sha256: "other text" };
    await checkReplaceable(
      folder,
      { ...recipe, definition: { ...recipe.definition, "flat labels.txt": "f" } },
      10,
      of(own),
    );
    await checkReplaceable(folder, { ...recipe, definition: { protocol: "p" } }, 10, of(own));
    for (const definition of [{ protocol: "other" }, { ...recipe.definition, "class-folders wnid": "other" }]) {
      await expect(checkReplaceable(folder, { ...recipe, definition }, 10, of(own))).rejects.toThrow(
        /\(another definition of the benchmark under one version\).*raise the version in mine\.json.*choose another --out/,
      );
    }
    await expect(checkReplaceable(folder, { ...recipe, benchmark_version: 0 }, 10, of())).rejects.toThrow(
      /another version of the benchmark/,
    );
  });

  it("of older versions are replaced where the definition's text is the same, or ships", async () => {
    const { definition: _, ...old } = recipe;
    const { folder } = await written({ n: 10, expected: 100 }, { recipe: old, benchmark: { sha256: "text" } });
    await checkReplaceable(folder, recipe, 10, of());
    await checkReplaceable(folder, recipe, 10, of({ path: "mine.json", sha256: "text" }));
    await expect(checkReplaceable(folder, recipe, 10, of({ path: "mine.json", sha256: "edited" }))).rejects.toThrow(
      /another definition of the benchmark/,
    );
  });

  it("are not replaced by a result of another key in the same folder", async () => {
    const prompts = { templates: { id: "a+b" }, class_names: { id: "imagenet-openai" } };
    const { folder } = await written({ n: 10, expected: 100 }, { prompts });
    const key = { ...result("a", 1), templates: "a", class_names: "b" };
    await expect(checkReplaceable(folder, recipe, 10, { key, own: null })).rejects.toThrow(
      /holds the result of templates a\+b and class names imagenet-openai, which has the same folder; rename/,
    );
  });

  it("are one for each result of a command, whatever names are joined", () => {
    const place = (of: Partial<ResultMetrics>) => {
      const key = { ...result("a", 1), ...of };
      return { key, folder: resultFolder("out", key, "imagenet-openai") };
    };
    const joined = [place({ templates: "a+b" }), place({ templates: "a", class_names: "b" })];
    expect(() => checkFoldersDistinct(joined, false)).toThrow(
      /a on imagenet 1000 with templates a\+b and .* and a on imagenet 1000 with templates a and class names b would both be written to out/,
    );
    const cased = [place({ checkpoint: "ViT" }), place({ checkpoint: "vit" })];
    checkFoldersDistinct(cased, false);
    expect(() => checkFoldersDistinct(cased, true)).toThrow(/ViT on imagenet .* and vit on imagenet/);
  });

  it("are compared with letter case where the file system does", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "Letters"));
    expect(await ignoresCase(join(folder, "Letters", "out"))).toBe(existsSync(join(folder, "LETTERS")));
  });

  it("are not written over by fewer images, another checkpoint, or other prompts of the same name", async () => {
    const { out, folder } = await written({ n: 100, expected: 100 });
    await expect(checkReplaceable(folder, { ...recipe, manifest_sha256: "less" }, 10, of())).rejects.toThrow(
      /openai-80: holds a result made otherwise \(another manifest\); it is not written over/,
    );
    await expect(checkReplaceable(folder, { ...recipe, templates_sha256: "other" }, 100, of())).rejects.toThrow(
      /template set of this name/,
    );
    await expect(checkCheckpointName(out, "a", { ...checkpoint, fingerprint: "g" })).rejects.toThrow(
      /holds results of another checkpoint of the same name.*--name/,
    );
    expect(await checkCheckpointName(out, "a", checkpoint)).toEqual([]);
    expect(await checkCheckpointName(out, "b", { ...checkpoint, fingerprint: "g" })).toEqual([]);
  });

  it("are not written over, or added to, by the same files with other text settings", async () => {
    const { out, folder } = await written({ n: 100, expected: 100 });
    await expect(checkReplaceable(folder, { ...recipe, text_sha256: "y" }, 100, of())).rejects.toThrow(
      /a result made otherwise \(other text settings\); it is not written over: give this checkpoint another name with --name/,
    );
    await expect(checkCheckpointName(out, "a", { ...checkpoint, text: { sha256: "y" } })).rejects.toThrow(
      /holds results of the same files with other text settings \(cleaning, padding, context length\); give this one another with --name/,
    );
  });

  it("of older versions, which do not say their text settings, are replaced, and named", async () => {
    const out = temporaryFolder();
    const folder = resultFolder(out, result("a", 1), "imagenet-openai");
    const { text_sha256: _, ...former } = recipe;
    const run = { recipe: former, images: { n: 10, expected: 10 } };
    await writeResult(folder, { run, metrics: result("a", 1), predictions: "image\n" });
    await checkReplaceable(folder, recipe, 10, of());
    expect(await checkCheckpointName(out, "a", checkpoint)).toEqual([folder]);
  });

  it("make accuracies.csv, ordered by key whatever the order of writing, with quotes where names need them", async () => {
    const out = temporaryFolder();
    for (const name of ["b", 'a,"x"', "a"]) {
      const metrics = result(name, 3);
      const folder = resultFolder(out, metrics, "imagenet-openai");
      await writeResult(folder, { run: { recipe }, metrics, predictions: "" });
    }
    await rebuildAccuracies(out);
    const lines = readFileSync(join(out, "accuracies.csv"), "utf8").split("\n");
    expect(lines[0]).toBe(
      "checkpoint,benchmark,protocol,templates,class_names,metric,value,low,high,interval,correct,n,expected_n",
    );
    // scipy 1.17.1: beta.ppf(0.025, 3, 8), beta.ppf(0.975, 4, 7)
    expect(lines[1]).toMatch(
      /^a,imagenet,1000,openai-80,imagenet-openai,top1,0\.3,0\.0667395111777\d*,0\.652452850\d*,clopper-pearson,3,10,50000$/,
    );
    expect(lines[2]).toBe(
      "a,imagenet,1000,openai-80,imagenet-openai,mean_per_class_recall,0.5,0.1,0.9,korn-graubard,,10,50000",
    );
    expect(lines[3]).toMatch(/^"a,""x""",imagenet/);
    expect(lines[5]).toMatch(/^b,/);
  });

  it("give a spreadsheet no formula to run", () => {
    expect(formatAccuracies([result("=cmd|' /C calc'!A0", 3)])).toMatch(/^'=cmd\|/m);
  });

  it("say how many of the expected images were scored", () => {
    expect(formatAccuracyTable([{ ...result("a", 3), warnings: [] }])).toContain("10 of 50000");
    expect(formatAccuracies([result("a", 3)])).toContain(",10,50000\n");
  });
});
