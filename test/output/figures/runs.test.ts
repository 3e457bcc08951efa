import { describe, expect, it } from "vitest";
import { columnPanels } from "../../../src/output/figures/column-panels.ts";
import { LIGHT } from "../../../src/output/figures/figure-theme.ts";
import type { PanelCheckpoint } from "../../../src/output/figures/panel-points.ts";
import { plotPanel } from "../../../src/output/figures/plot-panel.ts";
import { joinRuns } from "../../../src/output/figures/runs.ts";
import type { ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";
import { newDocument, only, panelsOfNames } from "./samples.ts";

const NAMES = ["a-1", "a-10", "a-2", "b-1", "b-2", "alone", "without"];
const RUNS = new Map([
  ...NAMES.slice(0, 5).map((name) => [name, name[0] as string] as const),
  ["alone", "c"] as const,
  ["not-evaluated", "a"] as const,
]);
const STEPS = new Map([
  ...NAMES.slice(0, 6).map((name) => [name, Number(name.slice(2)) || 3] as const),
  ["x", 4] as const,
]);
const join = (names = NAMES, steps: ReadonlyMap<string, number> = STEPS) =>
  joinRuns(names, RUNS, steps, { column: "run", order: "step" });
const draw = (panel: ScatterPanel) => plotPanel(panel, { document: newDocument(), width: 400 });

describe("joinRuns", () => {
  it("orders a training's checkpoints by number, not by text", () => {
    expect(join()).toEqual({
      runs: [
        { run: "a", checkpoints: ["a-1", "a-2", "a-10"] },
        { run: "b", checkpoints: ["b-1", "b-2"] },
      ],
      notJoined: ["without"],
    });
  });

  it("refuses an order that is none", () => {
    expect(() => join(NAMES, new Map([...STEPS, ["b-2", 1]]))).toThrow(
      '--order step: b-1 and b-2, both of run "b", have the same step; no line joins them',
    );
  });
});

describe("training runs in a figure", () => {
  it("are lines through their checkpoints in order", async () => {
    const panel = { ...only(await panelsOfNames(NAMES)), runs: join().runs };
    const { svg, x, y } = draw(panel);
    const lines = [...svg.querySelectorAll("g.run path")];
    expect(lines.length).toBe(2);
    const place = (name: string) => {
      const checkpoint = panel.checkpoints.find((each) => each.name === name) as PanelCheckpoint;
      return [x.toPixel(checkpoint.x), y.toPixel(checkpoint.y)];
    };
    const numbers = (lines[0]?.getAttribute("d") ?? "").match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
    const expected = ["a-1", "a-2", "a-10"].flatMap(place);
    expect(numbers.length).toBe(6);
    // Plot writes paths with three decimals
    for (const [i, value] of expected.entries()) expect(numbers[i]).closeTo(value, 6e-4);
    expect(svg.querySelector(".legend")?.textContent).toContain("a training run");
  });
});

describe("panels over a numeric column", () => {
  const numbers = Object.fromEntries(STEPS);

  it("have the numbers on the x axis and no line, distance or y = x; the benchmark in distribution comes first", async () => {
    const panels = await panelsOfNames(NAMES);
    const [first, second, ...more] = columnPanels(panels, { column: "step", numbers }, new Map());
    expect(more).toEqual([]);
    const known = panels[0]?.checkpoints.filter(({ name }) => name in numbers) ?? [];
    expect(first?.title).toBe("ImageNet");
    expect(first?.checkpoints.map(({ x, y, images }) => [x, y, images])).toEqual(
      known.map(({ name, x, idImages }) => [numbers[name], x, idImages]),
    );
    expect(second?.checkpoints.map(({ x, y, yLow }) => [x, y, yLow])).toEqual(
      known.map(({ name, y, yLow }) => [numbers[name], y, yLow]),
    );
    for (const panel of [first, second]) {
      expect(panel).toMatchObject({
        lines: [],
        baseline: [],
        hasEquality: false,
        xColumn: { column: "step", scale: "number" },
      });
      expect(panel?.notes).toContain("1 checkpoint without step left out");
    }
    const { svg, x } = draw(second as ScatterPanel);
    expect(x.tickLabel(x.ticks.at(-1) as number)).toBe("10");
    expect(svg.querySelector("g.line, g.prediction-band, g.interval-x line")).toBeNull();
    const dots = only([...svg.querySelectorAll("g.checkpoints:not(.in-baseline)")]);
    expect(dots.getAttribute("fill")).toBe(LIGHT.checkpoint);
    expect(dots.querySelector("title")?.textContent).toMatch(/^a-1 · step 1 · y \d/);
    expect(dots.textContent).not.toContain("robustness");
  });

  it("are drawn by the logarithm over more than two decades", async () => {
    const wide = { column: "samples", numbers: { "a-1": 1e6, "a-2": 5e8 } };
    const [panel] = columnPanels(await panelsOfNames(NAMES), wide, new Map());
    expect(panel?.xLabel).toBe("samples (log scale)");
    const { x } = draw(panel as ScatterPanel);
    const [low, middle, high] = [1e6, 1e7, 1e8].map(x.toPixel) as [number, number, number];
    expect(middle - low).closeTo(high - middle, 1e-6);
  });

  it("take no number from what every object has", async () => {
    const names = ["constructor", "toString", "a"];
    const [panel] = columnPanels(await panelsOfNames(names), { column: "n", numbers: { a: 1 } }, new Map());
    expect(panel?.checkpoints.map(({ name, x }) => [name, x])).toEqual([["a", 1]]);
  });

  it("leave out a benchmark of which no checkpoint has a number", async () => {
    expect(columnPanels(await panelsOfNames(NAMES), { column: "x", numbers: {} }, new Map())).toEqual([]);
  });
});
