import { describe, expect, it } from "vitest";
import type { Baseline } from "../../../src/analysis/robustness/baseline.ts";
import { compareWithNearest } from "../../../src/analysis/robustness/compare-nearest.ts";
import { NO_RULES } from "../../../src/analysis/robustness/line-rules.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import type { AccuracyRow } from "../../../src/evaluation/results/accuracy-row.ts";
import { noteLines } from "../../note-lines.ts";
import { expectedValues } from "./expected.ts";

const DEFAULTS = new Map([
  ["imagenet", "1000"],
  ["imagenet-r", "200"],
]);

function row(checkpoint: string, benchmark: string, accuracy: number, of: Partial<AccuracyRow> = {}): AccuracyRow {
  return {
    ...{
      checkpoint,
      metric: "top1",
      group: "",
      benchmark,
      protocol: DEFAULTS.get(benchmark) ?? "1000",
      templates: "openai-80",
    },
    ...{ classNames: "", accuracy, n: 10_000, expectedN: 10_000, where: "test" },
    ...of,
  };
}

function baseline(rows: readonly AccuracyRow[], rules: Partial<Baseline["rules"]> = {}): Baseline {
  return { id: "mine", rows, rules: { ...NO_RULES, ...rules }, notes: [] };
}

describe("compareWithNearest", () => {
  it("compares a checkpoint with the model nearest in ImageNet accuracy, as CLIP with ResNet-101", async () => {
    const clip = (await readBaseline("openai-clip")).rows.filter(
      ({ checkpoint }) => checkpoint === "ViT-L-14-336/openai",
    );
    const { rows } = compareWithNearest(clip, await readBaseline("imagenet-testbed"), DEFAULTS);
    const [first] = rows;
    expect(first?.benchmark).toBe("imagenet");
    expect(Math.abs(first?.difference as number)).toBeLessThan(0.002); // 87 standard models are that dense here
    expect(new Set(rows.map(({ model }) => model)).size).toBe(1);
    expect(rows.map(({ benchmark }) => benchmark).sort()).toEqual(
      ["imagenet", "imagenet-a", "imagenet-r", "imagenet-sketch", "imagenet-v2", "objectnet"].sort(),
    );
    expect(rows.find(({ benchmark }) => benchmark === "imagenet-a")?.low).toBeGreaterThan(0.5);
  });

  it("is unpaired: Newcombe's interval of independent fractions, as in scipy and numpy", () => {
    for (const [ownCorrect, otherCorrect, n, low, high] of expectedValues.differences) {
      const of = { n, expectedN: n };
      const ofCheckpoint = [row("a", "imagenet", ownCorrect / n, of)];
      const [found] = compareWithNearest(
        ofCheckpoint,
        baseline([row("m", "imagenet", otherCorrect / n, of)]),
        DEFAULTS,
      ).rows;
      expect(found?.low).closeTo(low, 1e-9);
      expect(found?.high).closeTo(high, 1e-9);
    }
    expect(expectedValues.differences.length).toBeGreaterThan(2);
  });

  it("uses the group of the line, the first by name of two equally near models, and never the checkpoint itself", () => {
    const models = [
      row("far", "imagenet", 0.9, { group: "standard" }),
      row("z", "imagenet", 0.75, { group: "standard" }),
      row("b", "imagenet", 0.75, { group: "standard" }),
      row("a-batch64", "imagenet", 0.75, { group: "standard" }),
      row("more", "imagenet", 0.7, { group: "more-data" }),
      row("mine", "imagenet", 0.7, { group: "standard" }),
    ];
    const rules = { group: "standard", withoutNamesContaining: ["batch64"] };
    const { rows } = compareWithNearest([row("mine", "imagenet", 0.7)], baseline(models, rules), DEFAULTS);
    expect(rows.map(({ model }) => model)).toEqual(["b"]);
    expect(rows[0]?.difference).closeTo(-0.05, 1e-15);
  });

  it("reports other templates, protocols and numbers of images, and benchmarks that the model lacks", () => {
    const ofCheckpoint = [
      row("a", "imagenet", 0.7, { templates: "simple-7" }),
      row("a", "imagenet-v2", 0.6, { templates: "simple-7", n: 50 }),
      row("a", "imagenet-r", 0.5, { templates: "simple-7", protocol: "1000" }),
      row("a", "objectnet", 0.5, { templates: "simple-7" }),
      row("a", "imagenet", 0.8, { templates: "simple-7", protocol: "imagenet-r" }),
    ];
    const models = baseline([
      row("m", "imagenet", 0.71),
      row("m", "imagenet-v2", 0.6, { templates: "" }),
      row("m", "imagenet-r", 0.6, { protocol: "" }),
    ]);
    const { rows, notes } = compareWithNearest(ofCheckpoint, models, DEFAULTS);
    expect(rows.map(({ benchmark, protocol }) => [benchmark, protocol])).toEqual([
      ["imagenet", "1000"],
      ["imagenet-v2", "1000"],
      ["imagenet-r", "1000"],
    ]);
    expect(noteLines(notes)).toEqual([
      "warning: template set simple-7 for a, but openai-80 for m, so the difference includes it: imagenet, imagenet-r",
      "a different number of images than the published accuracy of m: imagenet-v2",
      "warning: protocol 1000 for a, but 200 for m, so the difference includes it: imagenet-r",
      "not compared, m has no published accuracy: objectnet",
    ]);
    const both = [...ofCheckpoint, row("a", "imagenet-r", 0.55, { templates: "simple-7" })];
    const protocols = compareWithNearest(both, models, DEFAULTS).rows.filter((row) => row.benchmark === "imagenet-r");
    expect(protocols.map(({ protocol }) => protocol)).toEqual(["200"]);
  });

  it("has no interval where the number of images is not known", () => {
    const models = baseline([row("m", "imagenet", 0.7, { n: null })]);
    const [found] = compareWithNearest([row("a", "imagenet", 0.7)], models, DEFAULTS).rows;
    expect([found?.low, found?.high, found?.difference]).toEqual([null, null, 0]);
  });

  it("refuses where either has no ImageNet accuracy", () => {
    expect(() => compareWithNearest([row("a", "imagenet-r", 0.5)], baseline([]), DEFAULTS)).toThrow(
      /^a: the nearest model is found by ImageNet accuracy, and the checkpoint has none/,
    );
    const models = baseline([row("m", "imagenet-r", 0.5), row("a", "imagenet", 0.6)]);
    expect(() => compareWithNearest([row("a", "imagenet", 0.5)], models, DEFAULTS)).toThrow(
      /^baseline mine: no model with an ImageNet accuracy/,
    );
  });
});
