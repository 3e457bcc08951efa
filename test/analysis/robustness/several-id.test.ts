import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { compareGroups } from "../../../src/analysis/robustness/group-lines.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { defaultProtocolsOf, readStudy, withInDistribution } from "../../../src/analysis/robustness/read-study.ts";
import { compareWithReference } from "../../../src/analysis/robustness/relative-study.ts";
import type { RobustnessRow } from "../../../src/analysis/robustness/robustness-row.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { benchmarkOfSide } from "../../../src/analysis/robustness/study-axes.ts";
import { testedRows } from "../../../src/analysis/robustness/verdict.ts";
import { buildPanels } from "../../../src/output/figures/scatter-panel.ts";
import { temporaryFolder } from "../../helpers.ts";

const imagenet = await readStudy(undefined);
const [openai, zoo] = await Promise.all(["openai-clip", "openclip"].map(readBaseline));
if (openai === undefined || zoo === undefined) throw new Error("two baselines are read");
const rows = zoo.rows.filter(({ checkpoint }) => /^(ViT|RN50)/.test(checkpoint));

/** Without these benchmarks, so that a study of one x axis has the shifts of one that has both. */
function studyOn(sides: readonly string[], without: readonly string[] = []) {
  const { axes } = withInDistribution(imagenet, sides);
  const kept = { ...axes, shifts: axes.shifts.filter((shift) => !without.includes(shift)) };
  const options = { axes: kept, defaultProtocols: defaultProtocolsOf(imagenet) };
  const known = ({ benchmark }: { benchmark: string }) => !without.includes(benchmark);
  return studyRobustness(rows.filter(known), { ...openai, rows: (openai?.rows ?? []).filter(known) } as never, options);
}

/** What does not depend on which other rows were tested. */
function figures({
  verdict: _,
  predictionPHolm: __,
  decisionLow: ___,
  decisionHigh: ____,
  detectableLow: _____,
  detectableHigh: ______,
  ...row
}: RobustnessRow): string {
  return JSON.stringify(row);
}

describe("a study of several benchmarks in distribution", () => {
  const both = studyOn(["imagenet", "imagenet-v2"]);
  const first = studyOn(["imagenet"], ["imagenet-v2"]);
  const second = studyOn(["imagenet-v2"], ["imagenet"]);

  it("gives against each what a study of it alone gives", () => {
    expect(both.rows.map(figures).sort()).toEqual([...first.rows, ...second.rows].map(figures).sort());
    expect(new Set(both.rows.map(({ idSide }) => idSide))).toEqual(new Set(["imagenet", "imagenet-v2"]));
    expect(both.lines.map((line) => JSON.stringify(line)).sort()).toEqual(
      [...first.lines, ...second.lines].map((line) => JSON.stringify(line)).sort(),
    );
  });

  it("fits no line of one in-distribution benchmark against the other", () => {
    for (const { benchmark } of [...both.lines, ...both.rows]) expect(benchmark).not.toMatch(/^imagenet(-v2)?$/);
  });

  it("adjusts verdicts over the rows of all x axes", () => {
    expect(testedRows(both.rows)).toBe(testedRows(first.rows) + testedRows(second.rows));
    const tested = both.rows.filter((row) => row.predictionPHolm !== null);
    const [least] = [...tested].sort((a, b) => (a.predictionP as number) - (b.predictionP as number));
    expect(least?.predictionPHolm).closeTo(Math.min(1, (least?.predictionP as number) * tested.length), 1e-12);
  });

  it("compares groups and a reference on each x axis", () => {
    const groups = new Map(rows.map(({ checkpoint }) => [checkpoint, checkpoint.startsWith("RN") ? "RN" : "ViT"]));
    const of = (study: typeof both) =>
      compareGroups(study.accuracies, groups, "logit", study.pairing)
        .comparisons.flatMap(({ benchmark, idSide, lines }) =>
          lines.map(({ group, fit }) => JSON.stringify([benchmark, idSide, group, fit.slope, fit.n])),
        )
        .sort();
    expect(of(both)).toEqual([...of(first), ...of(second)].sort());
    const toReference = compareWithReference(both.accuracies, "RN50/openai", both.pairing);
    expect(toReference.length).toBe(
      compareWithReference(first.accuracies, "RN50/openai", first.pairing).length +
        compareWithReference(second.accuracies, "RN50/openai", second.pairing).length,
    );
  });

  it("is drawn on the x axis that is chosen, the first where none is", () => {
    const points = (of: ReturnType<typeof buildPanels>) => of.map(({ checkpoints }) => checkpoints.map(({ x }) => x));
    const chosen = buildPanels(both, { inDistribution: "imagenet-v2" });
    expect(new Set(chosen.map(({ idSide }) => benchmarkOfSide(idSide)))).toEqual(new Set(["imagenet-v2"]));
    expect(points(chosen)).toEqual(points(buildPanels(second)));
    expect(points(buildPanels(both))).toEqual(points(buildPanels(first)));
    expect(chosen[0]?.xLabel).toMatch(/^ImageNetV2/);
  });
});

describe("the file of a study", () => {
  const definitions = join(import.meta.dirname, "../../../examples/emojishift/benchmarks");
  const write = (fields: object) => {
    const path = join(temporaryFolder(), "study.json");
    const benchmarks = ["fluent-emoji-flat", "fluent-emoji", "fxemoji"].map((id) =>
      relative(dirname(path), join(definitions, `emoji-${id}.json`)),
    );
    writeFileSync(path, JSON.stringify({ shifts: ["emoji-fxemoji"], benchmarks, ...fields }));
    return path;
  };

  it("names one benchmark in distribution or a list of them", async () => {
    const sides = async (fields: object) =>
      (await readStudy(write(fields))).axes.inDistribution.map(({ benchmark }) => benchmark);
    expect(await sides({ idBenchmark: "emoji-fluent-emoji" })).toEqual(["emoji-fluent-emoji"]);
    const two = ["emoji-fluent-emoji-flat", "emoji-fluent-emoji"];
    expect(await sides({ idBenchmarks: two })).toEqual(two);
  });

  it("is refused with both forms, none, an unknown one, or one that is a shift too", async () => {
    const of = (fields: object) => readStudy(write(fields));
    await expect(of({})).rejects.toThrow(/expected either idBenchmark .* or idBenchmarks/);
    await expect(of({ idBenchmark: "emoji-fxemoji", idBenchmarks: ["emoji-fluent-emoji"] })).rejects.toThrow(
      /expected either/,
    );
    await expect(of({ idBenchmarks: ["emoji-fluent"] })).rejects.toThrow(/unknown benchmark "emoji-fluent"/);
    await expect(of({ idBenchmarks: ["emoji-fluent-emoji", "emoji-fxemoji"] })).rejects.toThrow(
      /"emoji-fxemoji" is listed twice/,
    );
    await expect(of({ idBenchmarks: ["emoji-fluent-emoji", "emoji-fluent-emoji"] })).rejects.toThrow(/listed twice/);
  });

  it("is refused if in-distribution benchmarks are unknown, repeated, or leave no shift", () => {
    expect(() => withInDistribution(imagenet, ["imagenet-c"])).toThrow(/--id imagenet-c: no such benchmark; known: /);
    expect(() => withInDistribution(imagenet, ["imagenet", "imagenet"])).toThrow(/given twice/);
    expect(() => withInDistribution(imagenet, ["imagenet", ...imagenet.axes.shifts])).toThrow(/no shift remains/);
  });
});
