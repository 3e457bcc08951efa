import { describe, expect, it } from "vitest";
import { formatAccuracyTable, type TableResult } from "../../../src/output/tables/accuracy-table.ts";

const result = (checkpoint: string, benchmark: string, protocol: string, n = 50000): TableResult => ({
  warnings: [],
  checkpoint,
  benchmark,
  protocol,
  templates: "openai-80",
  classNames: "imagenet-openai",
  n,
  expectedN: 50000,
  metrics: [
    { metric: "top1", value: 0.6332, correct: 31660, n, low: 0.629, high: 0.6374, interval: "clopper-pearson" },
    { metric: "top5", value: 0.88, correct: 44000, n, low: 0.87, high: 0.89, interval: "clopper-pearson" },
    {
      metric: "mean_per_class_recall",
      value: 0.63,
      correct: null,
      n,
      low: 0.62,
      high: 0.64,
      interval: "korn-graubard",
    },
  ],
});

describe("formatAccuracyTable", () => {
  const lines = (text: string) => text.split("\n");
  const protocols = ["1000", "imagenet-names-max-crop2"];

  it("stays within 80 columns for one checkpoint and for many, with long and hostile names", () => {
    const names = ["vit-b-32", "x".repeat(300), "a\u001b[31mb\u202e", "c", "d", "e", "f"];
    for (const checkpoints of [names.slice(0, 1), names]) {
      const results = checkpoints.flatMap((name) =>
        protocols.map((protocol) => result(name, "objectnet", protocol, 18574)),
      );
      const text = formatAccuracyTable(results);
      expect(Math.max(...lines(text).map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(text).not.toContain("\u001b");
      expect(text).not.toContain("\u202e");
      expect(text).toContain("18574 of 50000");
    }
  });

  it("has a row a benchmark and protocol and a column a checkpoint, in percent with intervals", () => {
    const text = formatAccuracyTable([result("a", "imagenet", "1000"), result("b", "imagenet", "1000")]);
    expect(lines(text)).toEqual([
      "top-1 %        a                  b",
      "-------------  -----------------  -----------------",
      "imagenet 1000  63.32 (62.9–63.7)  63.32 (62.9–63.7)",
      "",
      "prompts: openai-80; figures in percent, intervals of top-1 at 95 %",
    ]);
  });

  it("marks figures that have a warning, and prints each warning once under the table", () => {
    const wrong = { ...result("a", "imagenet", "1000"), warnings: ["a: labels\u001b[2K in a wrong order"] };
    const expected = "! warning: a: labels\\u{1b}[2K in a wrong order";
    const one = formatAccuracyTable([wrong, { ...wrong, benchmark: "imagenet-a" }]);
    expect(lines(one).filter((line) => line.includes("63.32!"))).toHaveLength(2);
    expect(lines(one).filter((line) => line.startsWith("! "))).toEqual([expected]);
    const many = formatAccuracyTable([wrong, result("b", "imagenet", "1000")]);
    expect(many).toContain("63.32! (62.9–63.7)  63.32 (62.9–63.7)");
    expect(lines(many).at(-1)).toBe(expected);
  });

  it("leaves a place empty where a checkpoint has no result, and names the prompts where they differ", () => {
    const other = { ...result("b", "imagenet", "1000"), templates: "simple-7" };
    const text = formatAccuracyTable([result("a", "imagenet", "1000"), other]);
    expect(text).toMatch(/^imagenet 1000, openai-80 {2}63\.32 \(62\.9–63\.7\)$/m);
    expect(text).toMatch(/^imagenet 1000, simple-7 +63\.32/m);
  });
});
