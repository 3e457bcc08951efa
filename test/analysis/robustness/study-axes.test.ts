import { describe, expect, it } from "vitest";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { compareWithReference } from "../../../src/analysis/robustness/relative-study.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { IMAGENET_AXES, idSideOf, type StudyAxes } from "../../../src/analysis/robustness/study-axes.ts";
import type { AccuracyRow } from "../../../src/evaluation/results/accuracy-row.ts";
import { buildPanels } from "../../../src/output/figures/scatter-panel.ts";

/** ImageNet and its shifts under other names: figures must not depend on the names of benchmarks. */
const NAMES = new Map([
  ["imagenet", "desk"],
  ...IMAGENET_AXES.shifts.map((shift, i) => [shift, `light-${i + 1}`] as const),
]);
const rename = (name: string) => NAMES.get(name) ?? name;
const AXES: StudyAxes = {
  inDistribution: [
    {
      benchmark: "desk",
      wholeProtocols: ["", "all"],
      classSubsets: IMAGENET_AXES.inDistribution[0].classSubsets.map(rename),
    },
  ],
  shifts: IMAGENET_AXES.shifts.map(rename),
  titles: { desk: "Desk", "light-1": "Morning" },
};

function renamed(row: AccuracyRow): AccuracyRow {
  const protocol = row.benchmark !== "imagenet" ? row.protocol : row.protocol === "1000" ? "all" : rename(row.protocol);
  return { ...row, benchmark: rename(row.benchmark), protocol };
}

function backToImageNet<Row extends { benchmark: string; idSide: string }>(row: Row) {
  const back = new Map([...NAMES].map(([name, renamedTo]) => [renamedTo, name]));
  const side = row.idSide.split("@").map((part) => back.get(part) ?? part);
  return { ...row, benchmark: back.get(row.benchmark) ?? row.benchmark, idSide: side.join("@") };
}

describe("a study of other axes", async () => {
  const openai = await readBaseline("openai-clip");
  const zoo = (await readBaseline("openclip")).rows.filter(({ checkpoint }) => /^(ViT-B|RN50)/.test(checkpoint));
  const imagenet = studyRobustness(zoo, openai);
  const otherStudy = studyRobustness(zoo.map(renamed), { ...openai, rows: openai.rows.map(renamed) }, { axes: AXES });

  it("gives the figures of ImageNet's, benchmark by benchmark", () => {
    const key = (row: object) => JSON.stringify(row);
    expect(imagenet.rows.length).toBeGreaterThan(100);
    expect(otherStudy.rows.map(backToImageNet).map(key).sort()).toEqual(imagenet.rows.map(key).sort());
    expect(otherStudy.lines.length).toBe(imagenet.lines.length);
    const [reference = ""] = zoo.map(({ checkpoint }) => checkpoint);
    const relative = compareWithReference(otherStudy.accuracies, reference, otherStudy.pairing)
      .map(backToImageNet)
      .map(key)
      .sort();
    expect(relative).toEqual(compareWithReference(imagenet.accuracies, reference, imagenet.pairing).map(key).sort());
  });

  it("is drawn in the order and with the names of the study", () => {
    const panels = buildPanels(otherStudy);
    expect(panels.map(({ benchmark }) => benchmark)).toEqual([...AXES.shifts, "average"]);
    expect(panels[0]).toMatchObject({ title: "Morning", xLabel: "Desk top-1 accuracy (%, logit scale)" });
    expect(panels.map(({ checkpoints }) => checkpoints.map(({ x, y }) => [x, y]))).toEqual(
      buildPanels(imagenet).map(({ checkpoints }) => checkpoints.map(({ x, y }) => [x, y])),
    );
  });

  it("distinguishes the whole benchmark from its class subsets", () => {
    expect(idSideOf({ benchmark: "desk", protocol: "all" }, AXES)).toBe("desk");
    expect(idSideOf({ benchmark: "desk", protocol: "" }, AXES)).toBe("desk");
    expect(idSideOf({ benchmark: "desk", protocol: "light-2" }, AXES)).toBe("desk@light-2");
    expect(idSideOf({ benchmark: "imagenet", protocol: "1000" }, IMAGENET_AXES)).toBe("imagenet");
  });

  it("explains how to name a study if no accuracy is on its axes", () => {
    expect(() => studyRobustness(zoo.map(renamed), openai)).toThrow(/none has an accuracy on imagenet.*--study/);
  });

  it("has an average of as many shifts as it names", () => {
    const two = { ...AXES, shifts: ["light-1", "light-2"] };
    const study = studyRobustness(zoo.map(renamed), { ...openai, rows: openai.rows.map(renamed) }, { axes: two });
    const of = (benchmark: string) =>
      study.rows.find((row) => row.benchmark === benchmark && row.idSide === "desk") as { accuracy: number };
    expect(of("average").accuracy).closeTo((of("light-1").accuracy + of("light-2").accuracy) / 2, 1e-12);
    expect(buildPanels(study).at(-1)?.title).toBe("Average of 2 shifts");
  });
});

describe("accuracies on a list of classes", async () => {
  const openai = await readBaseline("openai-clip");
  const defaults = new Map([
    ["imagenet", "1000"],
    ["imagenet-v2", "1000"],
    ["imagenet-r", "200"],
  ]);
  const rows = openai.rows.filter(({ benchmark }) => defaults.has(benchmark));
  const listed = rows.map((row) => ({ ...row, protocol: `${defaults.get(row.benchmark)}@some` }));
  const [first] = rows as [AccuracyRow];
  const figures = (from: readonly AccuracyRow[]) =>
    from.filter(({ checkpoint }) => checkpoint === first.checkpoint).map((row) => ({ ...row, checkpoint: "mine" }));
  const options = { defaultProtocols: defaults };

  it("are compared with those on the same list, and with no others", () => {
    const whole = studyRobustness(figures(rows), { ...openai, rows }, options);
    const some = studyRobustness(figures(listed), { ...openai, rows: listed }, options);
    const robustness = (study: typeof whole, side: string) =>
      study.rows.flatMap((row) => (row.idSide === side ? [[row.benchmark, row.effectiveRobustness]] : []));
    expect(robustness(some, "imagenet@1000@some")).toEqual(robustness(whole, "imagenet"));
    expect(robustness(some, "imagenet@1000@some")).toHaveLength(2);
    expect(some.rows.every(({ idSide }) => idSide === "imagenet@1000@some")).toBe(true);
    expect(() => studyRobustness(figures(listed), { ...openai, rows }, options)).toThrow(/nothing to compare with/);
  });

  it("are never combined with those on all classes, neither as x axis nor as shift", () => {
    const isId = ({ benchmark }: AccuracyRow) => benchmark === "imagenet";
    const mixed = [...figures(rows).filter(isId), ...figures(listed).filter((row) => !isId(row))];
    expect(() => studyRobustness(mixed, { ...openai, rows }, options)).toThrow(
      /no accuracy on the x axis|nothing to compare/,
    );
    const both = studyRobustness([...figures(rows), ...figures(listed)], { ...openai, rows }, options);
    const alone = studyRobustness(figures(rows), { ...openai, rows }, options);
    expect(both.rows).toEqual(alone.rows);
  });
});
