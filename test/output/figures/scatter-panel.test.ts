import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Baseline } from "../../../src/analysis/robustness/baseline.ts";
import { fitBaselineLines } from "../../../src/analysis/robustness/baseline-lines.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { createNoteCollector } from "../../../src/foundation/notes.ts";
import { buildPanels } from "../../../src/output/figures/scatter-panel.ts";
import { expectedValues } from "../../analysis/robustness/expected.ts";
import { only, panelsOfNames, testbedPanels, zooStudy } from "./samples.ts";

describe("panels of a study", () => {
  it("are one per shift and one for the average, in the order of the papers", async () => {
    const panels = buildPanels(await zooStudy());
    expect(panels.map(({ benchmark }) => benchmark)).toEqual([
      ...["imagenet-v2", "imagenet-r", "imagenet-sketch", "imagenet-a", "objectnet", "average"],
    ]);
    expect(panels[3]?.yLabel).toBe("ImageNet-A top-1 accuracy (%, logit scale)");
    expect(JSON.parse(JSON.stringify(panels))).toEqual(panels);
  });

  it("hold every checkpoint but the doubtful with the expected accuracy, effective robustness and intervals that scipy gives", async () => {
    const { rows } = await readBaseline("openclip");
    const doubtful = new Set(rows.filter(({ doubt }) => doubt !== undefined).map(({ checkpoint }) => checkpoint));
    expect(doubtful.size).toBe(13);
    for (const panel of buildPanels(await zooStudy())) {
      const expected = expectedValues.zoo[panel.benchmark] ?? {};
      const sound = Object.keys(expected).filter((name) => !doubtful.has(name));
      expect(panel.checkpoints.map(({ name }) => name)).toEqual(sound.sort());
      for (const checkpoint of panel.checkpoints) {
        const found = [checkpoint.expectedAccuracy, checkpoint.effectiveRobustness, checkpoint.low, checkpoint.high];
        found.forEach((value, i) => {
          expect(value, `${panel.benchmark} ${checkpoint.name} ${i}`).closeTo(
            expected[checkpoint.name]?.[i] as number,
            1e-9,
          );
        });
        expect(checkpoint.predictionLow).toBeLessThan(checkpoint.expectedAccuracy as number);
        expect(checkpoint.predictionHigh).toBeGreaterThan(checkpoint.expectedAccuracy as number);
        expect(checkpoint.xLow).toBeLessThan(checkpoint.x);
        expect(checkpoint.yHigh).toBeGreaterThan(checkpoint.y);
      }
      expect(panel.baseline, "all nine are among the checkpoints").toEqual([]);
      expect(panel.checkpoints.filter(({ inBaseline }) => inBaseline).length).toBe(9);
    }
  });

  it("sample the line over the whole axis, and mark which samples are extrapolated", async () => {
    const panel = only(buildPanels(await zooStudy(), { benchmarks: ["imagenet-a"] }));
    const line = only(panel.lines);
    expect(line.samples.at(0)?.x).toBe(panel.xDomain[0]);
    expect(line.samples.at(-1)?.x).toBe(panel.xDomain[1]);
    for (const { x, y, extrapolated, bandLow, bandHigh, predictionLow, predictionHigh } of line.samples) {
      expect(Math.log(y / (1 - y))).closeTo(line.intercept + line.slope * Math.log(x / (1 - x)), 1e-9);
      expect(extrapolated).toBe(x < line.idMin || x > line.idMax);
      expect([predictionLow, bandLow, y, bandHigh, predictionHigh]).toEqual(
        [predictionLow, bandLow, y, bandHigh, predictionHigh].sort((a, b) => a - b),
      );
    }
    for (const end of [line.idMin, line.idMax]) expect(line.samples.some(({ x }) => x === end)).toBe(true);
  });

  it("draw a line for each group, and the baseline's for the group that it is of", async () => {
    const panels = await testbedPanels({ idSide: "all-classes" });
    const a = panels.find(({ benchmark }) => benchmark === "imagenet-a");
    expect(a?.lines.map(({ label, ofBaseline }) => [label, ofBaseline])).toEqual([
      ["imagenet-testbed", true],
      ["imagenet-testbed", true],
      ["adversarially-robust", false],
      ["more-data", false],
      ["more-data", false],
      ["openai", false], // one of the nine lies above the kink
      ["robustness-interventions", false],
      ["robustness-interventions", false],
    ]);
    const [more, moreAbove] = (a?.lines ?? []).filter(({ label }) => label === "more-data");
    expect(more?.samples.at(-1)?.x).toBe(0.7613);
    expect(moreAbove?.samples.at(0)?.x).toBe(0.7613);
    const [below, above] = a?.lines ?? [];
    expect(below?.samples.at(-1)?.x).toBe(0.7613);
    expect(above?.samples.at(0)?.x).toBe(0.7613);
    for (const panel of panels) expect(panel.groups).toEqual(panels[0]?.groups);
    const objectnet = panels.find(({ benchmark }) => benchmark === "objectnet");
    expect(objectnet?.notes[0]).toBe("9 checkpoints with another protocol: objectnet-names");
  });

  it("have the x axes of the baseline's rules, and y = x where both axes are of the same classes", async () => {
    const panels = await testbedPanels({ benchmarks: [...IMAGENET_AXES.shifts, "average"] });
    expect(panels.map(({ idSide, xLabel, hasEquality }) => [idSide, xLabel, hasEquality])).toEqual([
      ["imagenet", "ImageNet top-1 accuracy (%, logit scale)", true],
      ["imagenet@imagenet-r", "ImageNet top-1 accuracy, ImageNet-R classes (%, logit scale)", true],
      ["imagenet", "ImageNet top-1 accuracy (%, logit scale)", true],
      ["imagenet@imagenet-a", "ImageNet top-1 accuracy, ImageNet-A classes (%, logit scale)", true],
      ["imagenet@objectnet", "ImageNet top-1 accuracy, ObjectNet classes (%, logit scale)", true],
      ["imagenet", "ImageNet top-1 accuracy, all classes (%, logit scale)", false],
    ]);
    for (const panel of panels) {
      const sides = panel.idSide === "imagenet" ? [] : [`9 checkpoints without accuracy on ${panel.idSide} left out`];
      expect(panel.notes.filter((note) => note.includes("without accuracy"))).toEqual(sides);
    }
    const b32 = panels[1]?.checkpoints.find(({ name }) => name === "vit_b_32_clip_zeroshot");
    expect((b32?.x as number) - (b32?.y as number)).closeTo(0.188, 5e-4);
  });

  it("keep all classes where no checkpoint has the axis of the baseline's rules", async () => {
    const [openai, testbed] = await Promise.all(["openai-clip", "imagenet-testbed"].map(readBaseline));
    const panels = buildPanels(studyRobustness(openai?.rows ?? [], testbed as Baseline), {
      benchmarks: IMAGENET_AXES.shifts,
    });
    expect(new Set(panels.map(({ idSide }) => idSide))).toEqual(new Set(["imagenet"]));
    expect(panels.map(({ checkpoints }) => checkpoints.length)).toEqual([9, 9, 9, 9, 9]);
  });

  it("take one protocol alone where it is named, and the same-class axis where it is asked for", async () => {
    const protocols = new Map([["objectnet", "imagenet-names-max-crop2"]]);
    const [objectnet] = await testbedPanels({ benchmarks: ["objectnet"], protocols, idSide: "same-classes" });
    expect(objectnet?.idSide).toBe("imagenet@objectnet");
    expect(objectnet?.xLabel).toBe("ImageNet top-1 accuracy, ObjectNet classes (%, logit scale)");
    expect(new Set(objectnet?.checkpoints.map(({ protocol }) => protocol))).toEqual(
      new Set(["imagenet-names-max-crop2"]),
    );
    const [all] = await testbedPanels({ benchmarks: ["objectnet"], protocols, idSide: "all-classes" });
    expect(all?.notes).toContain("9 checkpoints without protocol imagenet-names-max-crop2 left out");
  });

  it("say n of expected, and hold a baseline without checkpoints, and checkpoints without a baseline", async () => {
    const [partial] = await panelsOfNames(["a"]);
    expect(partial?.checkpoints[0]).toMatchObject({ images: 1000, expected: 30_000, idImages: 1000 });
    expect(partial?.baseline.length).toBe(9);

    const openai = await readBaseline("openai-clip");
    const { lines, pairing } = fitBaselineLines(
      openai,
      { scale: "logit", line: "least-squares" },
      IMAGENET_AXES,
      new Map(),
      createNoteCollector(),
    );
    const empty = buildPanels({ lines, pairing, rows: [], accuracies: [] });
    expect(empty.map(({ baseline, checkpoints }) => [baseline.length, checkpoints.length])).toEqual(
      Array.from({ length: 6 }, () => [9, 0]),
    );
    const none = {
      axes: IMAGENET_AXES,
      preferredProtocols: new Map<string, string>(),
      preferredClassNames: new Set<string>(),
    };
    const alone = buildPanels({ lines: [], pairing: none, rows: [], accuracies: openai.rows });
    expect(alone.length).toBe(6);
    expect(alone[0]?.checkpoints[0]?.effectiveRobustness).toBeNull();
  });
});

/** Every module that these import when they run, followed to its end. */
function runtimeImports(entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const found = readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type\b)[^;]*?from "([^"]+)"/gm);
    for (const [, target] of found) {
      if (target?.startsWith(".")) queue.push(join(dirname(file), target));
      else seen.add(target as string);
    }
  }
  return seen;
}

it("panels, plots and the fits under them run in a browser: nothing of Node's, and no schema library", () => {
  const src = join(import.meta.dirname, "../../../src");
  const modules = runtimeImports(
    [
      ...["output/figures/scatter-panel.ts", "output/figures/plot-panel.ts", "output/figures/compose-figure.ts"],
      ...["analysis/robustness/robustness-study.ts", "analysis/robustness/group-lines.ts"],
    ].map((path) => join(src, path)),
  );
  const packages = [...modules].filter((name) => !name.startsWith("/"));
  expect(packages.sort()).toEqual(["@observablehq/plot", "simple-statistics"]);
});
