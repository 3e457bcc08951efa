import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rebuildAccuracies } from "../../../src/report/results/rebuild-accuracies.ts";
import {
  checkCheckpointName,
  checkReplaceable,
  type Recipe,
  type ResultMetrics,
  resultFolder,
  writeResult,
} from "../../../src/report/results/result-folder.ts";
import { formatAccuracies } from "../../../src/report/tables/accuracies-csv.ts";
import { formatAccuracyTable } from "../../../src/report/tables/accuracy-table.ts";
import { temporaryFolder } from "../../helpers.ts";

const recipe: Recipe = {
  fingerprint: "f",
  preprocessing: { size: 224 },
  benchmark_version: 1,
  manifest_sha256: "m",
  templates_sha256: "t",
  class_names_sha256: "c",
};
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
    { metric: "top1", value: correct / 10, correct, n: 10, low: 0.1, high: 0.9, interval: "clopper-pearson" },
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

  async function written(images: { n: number; expected: number }) {
    const out = temporaryFolder();
    const folder = resultFolder(out, result("a", 1), "imagenet-openai");
    await writeResult(folder, { run: { recipe, images }, metrics: result("a", 1), predictions: "image\n" });
    return { out, folder };
  }

  it("are replaced by the same recipe, and by more images where the old run had too few", async () => {
    const { folder } = await written({ n: 10, expected: 100 });
    await checkReplaceable(folder, recipe, 10);
    await checkReplaceable(folder, { ...recipe, manifest_sha256: "more" }, 100);
    await checkReplaceable(folder, { ...recipe, benchmark_version: 2 }, 10);
  });

  it("are not written over by fewer images, another checkpoint, or other prompts of the same name", async () => {
    const { out, folder } = await written({ n: 100, expected: 100 });
    await expect(checkReplaceable(folder, { ...recipe, manifest_sha256: "less" }, 10)).rejects.toThrow(
      /openai-80: holds a result made otherwise \(another manifest\); it is not written over/,
    );
    await expect(checkReplaceable(folder, { ...recipe, templates_sha256: "other" }, 100)).rejects.toThrow(
      /template set of this name/,
    );
    await expect(checkCheckpointName(out, "a", "g")).rejects.toThrow(
      /holds results of another checkpoint of the same name.*--name/,
    );
    await checkCheckpointName(out, "a", "f");
    await checkCheckpointName(out, "b", "g");
  });

  it("make accuracies.csv, ordered by key whatever the order of writing, with quotes where names need them", async () => {
    const out = temporaryFolder();
    for (const name of ["b", 'a,"x"', "a"]) {
      const metrics = result(name, 3);
      const folder = resultFolder(out, { ...metrics, checkpoint: name.replace(/\W/g, "_") }, "imagenet-openai");
      await writeResult(folder, { run: { recipe }, metrics, predictions: "" });
    }
    await rebuildAccuracies(out);
    const lines = readFileSync(join(out, "accuracies.csv"), "utf8").split("\n");
    expect(lines[0]).toBe(
      "checkpoint,benchmark,protocol,templates,class_names,metric,value,low,high,interval,correct,n,expected_n",
    );
    expect(lines[1]).toBe("a,imagenet,1000,openai-80,imagenet-openai,top1,0.3,0.1,0.9,clopper-pearson,3,10,50000");
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
