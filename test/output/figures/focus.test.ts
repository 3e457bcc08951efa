import { describe, expect, it } from "vitest";
import { chooseFocus, NO_FOCUS } from "../../../src/analysis/robustness/focus.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { LIGHT } from "../../../src/output/figures/figure-theme.ts";
import { plotPanel } from "../../../src/output/figures/plot-panel.ts";
import { buildPanels, type ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";
import { newDocument, only, testbedPanels, zooStudy } from "./samples.ts";

const names = (points: readonly { readonly name: string }[]) => points.map(({ name }) => name);
const draw = (panel: ScatterPanel) => plotPanel(panel, { document: newDocument(), width: 400 });

/** The published zoo with checkpoints of the user's: accuracies on ImageNet and ImageNet-A. */
async function zooBeside(mine: Readonly<Record<string, readonly [number, number]>>) {
  const [openai, zoo] = await Promise.all(["openai-clip", "openclip"].map(readBaseline));
  if (openai === undefined || zoo === undefined) throw new Error("two baselines are read");
  const rows = Object.entries(mine).flatMap(([checkpoint, accuracies]) =>
    ["imagenet", "imagenet-a"].map((benchmark, i) => ({
      ...{ checkpoint, benchmark, protocol: i === 0 ? "1000" : "200", metric: "top1", group: "" },
      ...{ templates: "openai-80", classNames: "imagenet-openai", accuracy: accuracies[i] as number },
      ...{ n: 500, expectedN: i === 0 ? 50_000 : 7500, where: "test" },
    })),
  );
  const focus = chooseFocus([
    { origin: "results", checkpoints: Object.keys(mine) },
    { origin: "published", checkpoints: zoo.rows.map(({ checkpoint }) => checkpoint) },
  ]);
  const study = studyRobustness([...rows, ...zoo.rows], openai);
  return only(buildPanels(study, { benchmarks: ["imagenet-a"], focus }));
}

describe("a figure of checkpoints in focus and others", () => {
  it("has those in focus in color with names and intervals, the others gray, with titles for the pointer", async () => {
    const panel = await zooBeside({ "mine-1": [0.6, 0.3], "mine-2": [0.7, 0.25] });
    const { svg, labels } = draw(panel);
    expect(labels.map(({ checkpoint }) => checkpoint.name).sort()).toEqual(["mine-1", "mine-2"]);
    const context = only([...svg.querySelectorAll("g.context")]);
    expect(context.getAttribute("fill")).toBe(LIGHT.context);
    const contextPoints = panel.checkpoints.filter(({ isContext, inBaseline }) => isContext && !inBaseline);
    expect(context.querySelectorAll("circle").length).toBe(contextPoints.length);
    expect([...context.querySelectorAll("title")].map(({ textContent }) => textContent?.split(" · ")[0])).toEqual(
      names(contextPoints),
    );
    const mine = only([...svg.querySelectorAll("g.checkpoints:not(.context):not(.in-baseline)")]);
    expect(mine.getAttribute("fill")).toBe(LIGHT.checkpoint);
    expect(mine.querySelectorAll("circle").length).toBe(2);
    expect(svg.querySelectorAll("g.interval-y line").length).toBe(2);
    const legend = svg.querySelector(".legend")?.textContent;
    expect(legend).toContain("checkpoint, 95 % interval");
    expect(legend).toContain("other checkpoints");
    expect(svg.querySelector("desc")?.textContent).toContain("to compare with");
  });

  it("names one in focus in the midst of the others", async () => {
    const { labels, omittedLabels } = draw(await zooBeside({ "a-checkpoint-with-a-long-name": [0.755, 0.55] }));
    expect(omittedLabels).toBe(0);
    expect(labels[0]?.text).toBe("a-checkpoint-with-a-long-name");
  });

  it("has axes that begin where the others are, unless one in focus lies far out", async () => {
    const near = await zooBeside({ mine: [0.6, 0.3] });
    expect(near.xDomain[0]).toBeGreaterThan(0.1);
    expect(near.far.length).toBe(8);
    expect(near.far.every(({ x }) => x < near.xDomain[0])).toBe(true);
    expect(draw(near).description).toContain("8 checkpoints far from the rest not drawn: x 0.8–5.1 %, y 1.2–2.0 %");
    const low = await zooBeside({ mine: [0.02, 0.015] });
    expect(low.xDomain[0]).toBeLessThan(0.02);
    expect(names(low.checkpoints)).toContain("mine");
    expect(low.far.every(({ x }) => x < low.xDomain[0])).toBe(true);
  });

  it("leaves out far points of published models alone, and none where all are the user's or nothing says whose they are", async () => {
    const study = await zooStudy();
    const benchmarks = ["imagenet-a"];
    const subject = [...new Set(study.accuracies.map(({ checkpoint }) => checkpoint))];
    const panelOf = (focus?: typeof NO_FOCUS) =>
      only(buildPanels(study, { benchmarks, ...(focus === undefined ? {} : { focus }) }));
    expect(panelOf(NO_FOCUS).far.length).toBe(8);
    expect(panelOf({ subject, by: "all" }).far).toEqual([]);
    expect(panelOf().far).toEqual([]);
    expect(panelOf(NO_FOCUS).checkpoints.length + 8).toBe(panelOf().checkpoints.length);
  });
});

describe("the baseline's line and lines of groups", () => {
  it("is dark and named in the legend if it belongs to none of them, and has a separate color otherwise", async () => {
    const [panel] = await testbedPanels({ benchmarks: ["imagenet-r"], idSide: "all-classes" });
    const { lines, groups } = panel as ScatterPanel;
    const baseline = lines.findIndex(({ ofBaseline }) => ofBaseline);
    expect(
      draw(panel as ScatterPanel)
        .svg.querySelector(`g.line-${baseline}`)
        ?.getAttribute("fill"),
    ).not.toBe(LIGHT.ink);
    const otherGroups = groups.filter((group) => group !== lines[baseline]?.group);
    const { svg } = draw({ ...(panel as ScatterPanel), groups: otherGroups });
    expect(svg.querySelector(`g.line.line-${baseline}`)?.getAttribute("stroke")).toBe(LIGHT.ink);
    expect(svg.querySelector(".legend")?.textContent).toContain("line of imagenet-testbed");
  });
});

describe("bands in a figure of groups", () => {
  it("are the baseline's alone where many groups have lines, and those in focus where few are", async () => {
    const options = { benchmarks: ["imagenet-r"], idSide: "all-classes" } as const;
    const all = only(await testbedPanels(options));
    expect(all.lines.filter(({ hasBand }) => hasBand).every(({ ofBaseline }) => ofBaseline)).toBe(true);
    expect(draw(all).svg.querySelectorAll("g.confidence-band:not(.line-0)").length).toBe(0);

    const subject = all.checkpoints.filter(({ group }) => group === "more-data").map(({ name }) => name);
    const focused = only(await testbedPanels({ ...options, focus: { subject, by: "highlight" } }));
    const banded = focused.lines.filter(({ hasBand, ofBaseline }) => hasBand && !ofBaseline);
    expect(banded.map(({ group }) => group)).toEqual(["more-data"]);
    const { svg } = draw(focused);
    for (const [i, line] of focused.lines.entries()) {
      const curve = svg.querySelector(`g.line.line-${i}`);
      expect(curve?.getAttribute("stroke") === LIGHT.context).toBe(line.isContext);
    }
    expect(focused.lines.filter(({ isContext }) => isContext).length).toBeGreaterThan(2);
    expect(svg.querySelector("g.line.line-0.extrapolated")).not.toBeNull();
    for (const [i, { isContext }] of focused.lines.entries()) {
      if (isContext) expect(svg.querySelector(`g.line.line-${i}.extrapolated`)).toBeNull();
    }
    expect(focused.checkpoints.filter(({ isContext }) => !isContext).every(({ group }) => group === "more-data")).toBe(
      true,
    );
  });
});
