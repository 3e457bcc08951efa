import { describe, expect, it } from "vitest";
import type { Baseline } from "../../../src/analysis/robustness/baseline.ts";
import { NO_RULES } from "../../../src/analysis/robustness/line-rules.ts";
import { parseLineRules } from "../../../src/analysis/robustness/parse-line-rules.ts";
import { listBaselines, readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import type { AccuracyRow } from "../../../src/evaluation/results/accuracy-row.ts";
import { noteLines } from "../../note-lines.ts";

const PROMPTS = { templates: "openai-80", classNames: "imagenet-openai" };

function row(
  checkpoint: string,
  benchmark: string,
  protocol: string,
  accuracy: number,
  changes: Partial<AccuracyRow> = {},
) {
  return {
    checkpoint,
    metric: "top1",
    group: "",
    benchmark,
    protocol,
    ...PROMPTS,
    accuracy,
    n: 10_000,
    expectedN: null,
    where: "x",
    ...changes,
  };
}

function baselineOf(rows: readonly AccuracyRow[], rules: Baseline["rules"] = NO_RULES): Baseline {
  return { id: "mine", rows, rules, notes: [] };
}

/** Four models on ImageNet and on ImageNet-A, 200-way. */
const four = [0.5, 0.6, 0.65, 0.7].flatMap((x, i) => [
  row(`m${i}`, "imagenet", "1000", x),
  row(`m${i}`, "imagenet-a", "200", x - 0.2 + 0.01 * (i % 2)),
]);

describe("baselines that ship with the package", () => {
  it("are three: nine OpenAI models without their duplicates, the zoo likewise, the testbed in six groups", async () => {
    expect(await listBaselines()).toEqual(["imagenet-testbed", "openai-clip", "openclip"]);
    const count = async (id: string) => new Set((await readBaseline(id)).rows.map((row) => row.checkpoint)).size;
    expect([await count("openai-clip"), await count("openclip"), await count("imagenet-testbed")]).toEqual([
      9, 118, 335,
    ]);
    const groups = new Set((await readBaseline("imagenet-testbed")).rows.map((row) => row.group));
    expect([...groups].sort()).toEqual([
      ...["adversarially-robust", "low-accuracy", "more-data", "robustness-interventions", "standard", "zero-shot"],
    ]);
  });

  it("contain fractions with images, protocol and source, without duplicate keys", async () => {
    for (const id of await listBaselines()) {
      const { rows } = await readBaseline(id);
      const keys = new Set(rows.map((row) => `${row.checkpoint}\n${row.benchmark}\n${row.protocol}`));
      expect(keys.size).toBe(rows.length);
      expect(rows.every((row) => row.accuracy >= 0 && row.accuracy < 1 && row.n !== null && row.protocol !== "")).toBe(
        true,
      );
      expect(rows.some((row) => row.benchmark.includes("fmow"))).toBe(false);
    }
    const b32 = (await readBaseline("openai-clip")).rows.filter((row) => row.checkpoint === "ViT-B-32/openai");
    expect(b32.map((row) => row.accuracy)).toEqual([0.6332, 0.5592, 0.6933, 0.4229, 0.3155, 0.4431]);
  });

  it("are listed in the error for an unknown one", async () => {
    await expect(readBaseline("openai")).rejects.toThrow(
      /unknown baseline "openai"; known: imagenet-testbed, openai-clip, openclip, or the path of a \.csv file/,
    );
  });
});

describe("a study of checkpoints against a baseline", () => {
  it("compares common results and reports missing ones", () => {
    const { rows, notes } = studyRobustness(
      [row("c", "imagenet", "1000", 0.62), row("c", "imagenet-a", "200", 0.5), row("c", "imagenet-c", "1000", 0.4)],
      baselineOf(four),
    );
    expect(rows.map((row) => [row.checkpoint, row.benchmark, row.idSide])).toEqual([["c", "imagenet-a", "imagenet"]]);
    expect(noteLines(notes)).toEqual([
      "no average of the five shifts, lacking imagenet-v2, imagenet-r, imagenet-sketch, objectnet: c",
      "baseline mine has no line for imagenet-c, so no effective robustness there: c",
    ]);
  });

  it("uses the shift's own classes as x axis where both have it, and names the side that lacks it", () => {
    const sameClasses = four
      .filter((row) => row.benchmark === "imagenet")
      .map((row) => ({ ...row, protocol: "imagenet-a", accuracy: row.accuracy + 0.2 }));
    const checkpoint = [row("c", "imagenet", "1000", 0.62), row("c", "imagenet-a", "200", 0.5)];
    const ofSameClasses = row("c", "imagenet", "imagenet-a", 0.8);
    const both = studyRobustness([...checkpoint, ofSameClasses], baselineOf([...four, ...sameClasses]));
    expect(both.rows.map((row) => [row.idSide, row.idAccuracy])).toEqual([
      ["imagenet", 0.62],
      ["imagenet@imagenet-a", 0.8],
    ]);
    expect(noteLines(studyRobustness([...checkpoint, ofSameClasses], baselineOf(four)).notes)).toContain(
      "baseline mine has no imagenet@imagenet-a, so that axis of imagenet-a has no line",
    );
    expect(noteLines(studyRobustness(checkpoint, baselineOf([...four, ...sameClasses])).notes)).toContain(
      "no accuracy on imagenet@imagenet-a, so no figure of imagenet-a on that axis: c",
    );
  });

  it("warns of another protocol, template set or class-name list than the baseline's", () => {
    const otherPrompts = { templates: "simple-7", classNames: "my-names" };
    const { rows, notes } = studyRobustness(
      [row("c", "imagenet", "1000", 0.62, otherPrompts), row("c", "imagenet-a", "1000", 0.3, otherPrompts)],
      baselineOf(four),
    );
    expect(rows).toHaveLength(1);
    const warning = (what: string) => `warning: ${what} in baseline mine: the figures include this difference: c`;
    expect(noteLines(notes)).toEqual(
      expect.arrayContaining([
        warning("imagenet-a: protocol 1000, but 200"),
        warning("template set simple-7, but openai-80"),
        warning("class names my-names, but imagenet-openai"),
      ]),
    );
  });

  it("skips another protocol where the checkpoint has the baseline's too, with a note", () => {
    const { rows, notes } = studyRobustness(
      [row("c", "imagenet", "1000", 0.62), row("c", "imagenet-a", "200", 0.5), row("c", "imagenet-a", "1000", 0.3)],
      baselineOf(four),
    );
    expect(rows.map((row) => row.protocol)).toEqual(["200"]);
    expect(noteLines(notes)).toContain("imagenet-a by protocol 1000 is not compared: baseline mine has 200");
  });

  it("takes an empty protocol as the benchmark's default", () => {
    const { rows } = studyRobustness(
      [row("c", "imagenet", "", 0.62), row("c", "imagenet-a", "", 0.5)],
      baselineOf(four),
      { defaultProtocols: new Map([["imagenet-a", "200"]]) },
    );
    expect(rows.map((row) => row.protocol)).toEqual(["200"]);
  });

  it("never pairs accuracies of different prompts", () => {
    const result = () =>
      studyRobustness(
        [row("c", "imagenet", "1000", 0.62, { templates: "simple-7" }), row("c", "imagenet-a", "200", 0.5)],
        baselineOf(four),
      );
    expect(result).toThrow(
      /nothing to compare with baseline mine: no accuracy on imagenet with the prompts of imagenet-a/,
    );
  });

  it("never pairs, merges or compares accuracies of different metrics", () => {
    const recall = { metric: "mean_per_class_recall" };
    const { rows } = studyRobustness(
      [
        ...[row("c", "imagenet", "1000", 0.62), row("c", "imagenet-a", "200", 0.5)],
        ...[row("c", "imagenet", "1000", 0.4, recall), row("c", "imagenet-a", "200", 0.1, recall)],
      ],
      baselineOf([...four, ...four.map((row) => ({ ...row, ...recall, accuracy: row.accuracy - 0.25 }))]),
    );
    expect(rows.map(({ metric, idMetric, idAccuracy, accuracy }) => [metric, idMetric, idAccuracy, accuracy])).toEqual([
      ["mean_per_class_recall", "mean_per_class_recall", 0.4, 0.1],
      ["top1", "top1", 0.62, 0.5],
    ]);
    const alone = [row("c", "imagenet", "1000", 0.62), row("c", "imagenet-a", "200", 0.5, recall)];
    expect(() => studyRobustness(alone, baselineOf(four))).toThrow(/no accuracy on imagenet with the prompts/);
  });

  it("reports missing images, other numbers of images than the baseline's, and unknown intervals", () => {
    const { rows, notes } = studyRobustness(
      [
        row("c", "imagenet", "1000", 0.62, { n: 100, expectedN: 50_000 }),
        row("c", "imagenet-a", "200", 0.5, { n: 7400 }),
        row("d", "imagenet", "1000", 0.62, { n: null }),
        row("d", "imagenet-a", "200", 0.5, { n: null }),
      ],
      baselineOf(four),
    );
    expect(noteLines(notes)).toEqual(
      expect.arrayContaining([
        "imagenet, protocol 1000: only 100 of 50000 images: c",
        "imagenet-a, protocol 200: 7400 images, but 10000 in baseline mine: c",
        "no intervals: the number of images (column n) is not known: d",
      ]),
    );
    expect(rows.map((row) => row.low === null)).toEqual([false, true]);
  });

  it("leaves out a checkpoint at exactly 0 or 1 in distribution, with a note", () => {
    const { rows, notes } = studyRobustness(
      [
        ...[row("c", "imagenet", "1000", 1), row("c", "imagenet-a", "200", 0.5)],
        ...[row("d", "imagenet", "1000", 0.6), row("d", "imagenet-a", "200", 0)],
      ],
      baselineOf(four),
    );
    expect(rows.map((row) => row.checkpoint)).toEqual(["d"]);
    expect(noteLines(notes)).toContain("accuracy on imagenet is exactly 1, where logit is infinite: left out: c");
  });

  it("refuses a baseline without any line, with the reason", () => {
    expect(() => studyRobustness(four, baselineOf(four.slice(0, 4)))).toThrow(
      /baseline mine: no line can be fitted: imagenet-a 200 on imagenet: a line needs at least three models.*got 2/,
    );
    expect(() => studyRobustness(four, baselineOf(four.filter((row) => row.benchmark !== "imagenet")))).toThrow(
      /needs accuracies on imagenet and on a shift/,
    );
  });

  it("lists the models that the policy for 0 and 1 touched", () => {
    const zero = [row("z", "imagenet", "1000", 0.55), row("z", "imagenet-a", "200", 0)];
    const { lines } = studyRobustness(four, baselineOf([...four, ...zero]));
    expect(lines.map((line) => [line.policy, line.fit.n])).toEqual([["0 and 1 dropped: z", 4]]);
  });

  it("does not depend on the order of the rows", () => {
    const checkpoints = ["b", "a"].flatMap((name) => [
      row(name, "imagenet", "1000", 0.62),
      row(name, "imagenet-a", "200", 0.5),
    ]);
    const forward = studyRobustness(checkpoints, baselineOf(four));
    const backward = studyRobustness([...checkpoints].reverse(), baselineOf(four));
    expect(backward.rows).toEqual(forward.rows);
    expect(forward.rows.map((row) => row.checkpoint)).toEqual(["a", "b"]);
  });
});

describe("rules of a baseline", () => {
  it("choose the group and the models of a line", () => {
    const rules = parseLineRules({ lines: [{ benchmark: "imagenet-a", idSide: "imagenet", from: 0.55 }] }, "x.json");
    const { lines } = studyRobustness(four, baselineOf(four, rules));
    expect(lines.map((line) => [line.fit.n, line.policy])).toEqual([[3, "0 and 1 dropped: none | x >= 0.55"]]);
  });

  it("are refused with the name of a wrong field", () => {
    expect(() => parseLineRules({ lines: [{ benchmark: "a", idSide: "imagenet", from: 55 }] }, "x.json")).toThrow(
      /x\.json: lines\.0\.from/,
    );
    expect(() => parseLineRules({ goup: "standard" }, "x.json")).toThrow(/x\.json: the whole file: .*goup/);
  });
});
