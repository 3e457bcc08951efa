import { describe, expect, it } from "vitest";
import { NO_RULES } from "../../../../src/analysis/robustness/line-rules.ts";
import { AVERAGE, IMAGENET_AXES } from "../../../../src/analysis/robustness/study-axes.ts";
import { answerRobustness, partsText } from "../../../../src/output/report/page/answer.ts";
import { contextWords, usualPrompts } from "../../../../src/output/report/page/context-words.ts";
import { START } from "../../../../src/output/report/page/view.ts";
import type { ReportData, ReportResult } from "../../../../src/output/report/report-data.ts";
import { studyReport } from "../../../../src/output/report/report-study.ts";

const BENCHMARKS = ["imagenet", ...IMAGENET_AXES.shifts];
const logit = (p: number) => Math.log(p / (1 - p));
const inverse = (x: number) => 1 / (1 + Math.exp(-x));

/** Accuracies that lie `above` a line of slope 1, one logit below y = x. */
function rowsOf(
  checkpoint: string,
  id: number,
  { above = 0, n = 50_000 as number | null, templates = "openai-80" } = {},
): ReportResult[] {
  return BENCHMARKS.map((benchmark, b) => ({
    checkpoint,
    benchmark,
    protocol: benchmark === "imagenet" ? "1000" : "all",
    templates,
    classNames: "names",
    metric: "top1",
    group: "",
    accuracy: b === 0 ? id : inverse(logit(id) - 1 + above),
    n,
    expectedN: n === null ? null : 50_000,
    where: "",
    low: null,
    high: null,
    others: [],
  }));
}

/** Scatter of the baseline's models, about 0.03 logit. */
const SCATTER = [0.03, -0.03, 0.02, -0.02, 0.04, -0.04, 0.01, -0.01];
const BASELINE = SCATTER.flatMap((above, i) => rowsOf(`model-${i}`, 0.5 + 0.03 * i, { above }));

function answer(results: readonly ReportResult[], by: ReportData["focus"]["by"] = "all") {
  const checkpoints = [...new Set(results.map(({ checkpoint }) => checkpoint))].sort();
  const data: ReportData = {
    ...{ schema: 1, title: "", version: "", checkpoints, results, axes: IMAGENET_AXES, scale: "logit", groupBy: null },
    focus: { subject: by === "none" ? [] : checkpoints, by },
    benchmarks: BENCHMARKS.map((id) => ({ id, title: id, defaultProtocol: id === "imagenet" ? "1000" : "all" })),
    baselines: [{ id: "line", rows: BASELINE, rules: NO_RULES, notes: [] }],
    ...{
      groupings: [],
      numbers: [],
      x: null,
      join: null,
      runs: [],
      findings: null,
      notes: [],
      warnings: [],
      figures: [],
    },
    ...{ reloadSeconds: null, progress: [] },
  };
  const { study } = studyReport(data, "line", "logit");
  if (study === null) throw new Error("no study");
  const view = { ...START, baseline: "line", scale: "logit", benchmark: AVERAGE, prompts: usualPrompts(data, "line") };
  const { question, sentences } = answerRobustness(data, study, view, AVERAGE);
  return {
    question: partsText(question),
    text: sentences.map(partsText).join(" "),
    context: contextWords(data, study, view, AVERAGE).join("; "),
    prompts: view.prompts,
  };
}

describe("the answer of a report's first screen", () => {
  it("is yes, no or not shown as the prediction band has it, with p and interval", () => {
    const above = answer(rowsOf("mine", 0.6, { above: 0.6 }));
    expect(above.question).toBe("Is mine more robust than line at equal ImageNet accuracy?");
    expect(above.text).toMatch(
      /^Yes: 14\.\d points above the baseline's line on the average of the five shifts, outside its 95 % prediction band \(p [< ]*0\.0\d+ after Holm over 6\), 95 % interval \+\d+\.\d … \+\d+\.\d\.$/,
    );
    expect(answer(rowsOf("mine", 0.6, { above: -0.6 })).text).toMatch(/^No, it is less robust: .* below .*outside/);
    expect(answer(rowsOf("mine", 0.6, { above: 0.03 })).text).toMatch(/^Not shown: .*within its 95 % prediction band/);
  });

  it("is open where the line is extrapolated, the images are not known or the checkpoint is the line's", () => {
    expect(answer(rowsOf("mine", 0.9, { above: 0.6 })).text).toMatch(
      /^Open: .* 19\.0 points of ImageNet beyond the accuracies that the line was fitted on: an extrapolation, no verdict/,
    );
    expect(answer(rowsOf("mine", 0.6, { n: null })).text).toContain("no interval: the number of images is not known");
    expect(answer(rowsOf("model-3", 0.59)).text).toMatch(
      /^Open: .*one of the line's models by name, so this is a residual/,
    );
  });

  it("states in the same sentence the number of images", () => {
    expect(answer(rowsOf("mine", 0.6, { n: 100 })).text).toMatch(
      /95 % interval [^.]*\.\d … [^.]*\.\d, on 100 of 50,000 images of ImageNet, 100 of 50,000 images of V2 and part of 4 more\.$/,
    );
  });

  it("counts several and names the best supported, else the furthest above within the line's range", () => {
    const several = [...rowsOf("a", 0.6, { above: 0.6 }), ...rowsOf("b", 0.6, { above: 0.7 }), ...rowsOf("c", 0.55)];
    const { question, text } = answer([...several, ...rowsOf("far", 0.95, { above: 3 })]);
    expect(question).toBe("Are these 4 checkpoints more robust than line at equal ImageNet accuracy?");
    expect(text).toMatch(
      /^2 of 4 are on the average of the five shifts: of 3 with a verdict, 2 above .*, 1 within, 0 below/,
    );
    expect(text).toContain("1 has none (1 beyond the accuracies of the line)");
    expect(text).toContain("Best supported: b, ");
    const none = answer([...rowsOf("a", 0.6, { above: 0.02 }), ...rowsOf("far", 0.95, { above: 3 })], "none");
    expect(none.question).toBe(
      "Are any of these 2 published checkpoints more robust than line at equal ImageNet accuracy?",
    );
    expect(none.text).toMatch(/^None is shown to be .*Highest relative to the line, within its range: a, /);
  });

  it("counts checkpoints that cannot be compared among those without a verdict", () => {
    const lacking = rowsOf("lacking", 0.6).slice(0, 1);
    const { question, text } = answer([
      ...rowsOf("a", 0.6, { above: 0.6 }),
      ...rowsOf("b", 0.6, { above: 0.7 }),
      ...lacking,
    ]);
    expect(question).toMatch(/^Are these 3 checkpoints/);
    expect(text).toMatch(/^2 of 3 are .*: of 2 with a verdict, 2 above .*; 1 has none \(1 without accuracies here\)/);
  });

  it("asks no line about the checkpoints that it is fitted on", () => {
    const { question, text } = answer(BASELINE);
    expect(question).toBe("How do these 8 checkpoints compare with the line through them?");
    expect(text).toMatch(/^No verdict: the line is fitted on these checkpoints, so each distance is a residual/);
  });

  it("uses the baseline's prompts if there are results with them, and reports it otherwise", () => {
    const single = { templates: "single-1" };
    const both = answer([...rowsOf("mine", 0.6), ...rowsOf("mine", 0.55, single), ...rowsOf("other", 0.55, single)]);
    expect(both.prompts).toBe("openai-80");
    expect(both.context).toContain("1 of 2 checkpoints has no result here");
    const otherPrompts = answer(rowsOf("mine", 0.6, single));
    expect(otherPrompts.context).toContain("prompts single-1 (the baseline's are openai-80)");
    expect(otherPrompts.context).toContain("average of V2, R, Sketch, A, ObjectNet by the baseline's protocols");
  });
});
