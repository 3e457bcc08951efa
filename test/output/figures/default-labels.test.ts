import { describe, expect, it } from "vitest";
import { defaultLabels } from "../../../src/output/figures/panel-labels.ts";
import type { ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";

function panel(outside: number, inBaseline: number, groups: string[], context: number | null = null): ScatterPanel {
  const checkpoints = Array.from({ length: outside + inBaseline + (context ?? 0) }, (_, i) => ({
    inBaseline: i >= outside && i < outside + inBaseline,
    isContext: i >= outside + inBaseline,
  }));
  return { checkpoints, groups, hasContext: context !== null, runs: [] } as unknown as ScatterPanel;
}

describe("the names in a figure", () => {
  it("are all of a few checkpoints, none of many in groups, and those with the highest priority of many without groups", () => {
    expect(defaultLabels(panel(12, 0, ["a"]))).toBe("all");
    expect(defaultLabels(panel(13, 0, ["a"]))).toBe("none");
    expect(defaultLabels(panel(13, 0, []))).toBe(8);
  });

  it("are of the checkpoints outside the line, or of all if the line is fitted on them", () => {
    expect(defaultLabels(panel(3, 28, ["a"]))).toBe("all");
    expect(defaultLabels(panel(0, 12, ["a"]))).toBe("all");
    expect(defaultLabels(panel(0, 28, ["a"]))).toBe("none");
  });

  it("are of the checkpoints in focus if there are others", () => {
    expect(defaultLabels(panel(12, 0, [], 100))).toBe("all");
    expect(defaultLabels(panel(20, 0, ["a"], 100))).toBe(8);
  });

  it("are of the last checkpoints of trainings where there are many", () => {
    const runs = ["a", "b", "c"].map((run) => ({ run, checkpoints: [`${run}-1`, `${run}-2`] }));
    expect(defaultLabels({ ...panel(20, 0, []), runs })).toBe(3);
  });
});
