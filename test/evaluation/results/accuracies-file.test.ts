import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAccuracies, type ListedResult } from "../../../src/evaluation/results/accuracies-csv.ts";
import { readAccuraciesFile } from "../../../src/evaluation/results/accuracies-file.ts";
import { rebuildAccuracies } from "../../../src/evaluation/results/rebuild-accuracies.ts";
import { keyText } from "../../../src/foundation/evaluation-key.ts";
import { temporaryFolder } from "../../helpers.ts";
import { sampleResult, writeSample } from "./sample-result.ts";

const recall = {
  ...{ metric: "mean_per_class_recall", value: 0.5, correct: null, n: 10, low: 0.1, high: 0.9 },
  interval: "korn-graubard",
};
const result = (checkpoint: string, correct: number) => {
  const of = sampleResult({ checkpoint, n: 10, expectedN: 50_000 }, correct);
  return { ...of, metrics: [...of.metrics, recall] };
};

describe("accuracies.csv", () => {
  it("contains the results, ordered by key independently of the order of writing, with quotes if names need them", async () => {
    const out = temporaryFolder();
    for (const name of ["b", 'a,"x"', "a"]) await writeSample(out, result(name, 3));
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

  it("contains no formula for a spreadsheet", () => {
    expect(formatAccuracies([result("=cmd|' /C calc'!A0", 3)])).toMatch(/^'=cmd\|/m);
  });

  it("states how many of the expected images were scored", () => {
    expect(formatAccuracies([result("a", 3)])).toContain(",10,50000\n");
  });

  it("is read back unchanged for any names", async () => {
    const path = join(temporaryFolder(), "accuracies.csv");
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
    const key = fc.record({ checkpoint: name, benchmark: name, protocol: name, templates: name, classNames: name });
    const count = fc.option(fc.nat(), { nil: null });
    const fraction = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
    const figure = fc.record({
      metric: fc.constantFrom("top1", "top5", "worst_group"),
      value: fc.double({ min: 1e-9, max: 1, noNaN: true }),
      ...{ low: fraction, high: fraction, correct: count, n: count },
      interval: fc.constantFrom("clopper-pearson", "bootstrap", null),
    });
    const metrics = fc.array(figure, { minLength: 1, maxLength: 3 });
    const results = fc.uniqueArray(
      fc.tuple(key, count, metrics).map(([of, expectedN, figures]) => ({ ...of, expectedN, metrics: figures })),
      { maxLength: 8, selector: (listed: ListedResult) => keyText(listed) },
    );
    await fc.assert(
      fc.asyncProperty(results, async (written) => {
        writeFileSync(path, formatAccuracies(written));
        expect(await readAccuraciesFile(path)).toEqual(written);
      }),
      { seed: 17, numRuns: 100 },
    );
  });
});
