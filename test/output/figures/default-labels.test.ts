import { describe, expect, it } from "vitest";
import { defaultLabels } from "../../../src/output/figures/panel-labels.ts";
import type { ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";

function panel(own: number, inBaseline: number, groups: string[]): ScatterPanel {
  const checkpoints = Array.from({ length: own + inBaseline }, (_, i) => ({ inBaseline: i >= own }));
  return { checkpoints, groups } as unknown as ScatterPanel;
}

describe("the names in a figure", () => {
  it("are all there of a few checkpoints, none of many in groups, and the most telling of many without", () => {
    expect(defaultLabels(panel(12, 0, ["a"]))).toBe("all");
    expect(defaultLabels(panel(13, 0, ["a"]))).toBe("none");
    expect(defaultLabels(panel(13, 0, []))).toBe(8);
  });

  it("are of the checkpoints beside the line, or of all where the line is their own", () => {
    expect(defaultLabels(panel(3, 28, ["a"]))).toBe("all");
    expect(defaultLabels(panel(0, 12, ["a"]))).toBe("all");
    expect(defaultLabels(panel(0, 28, ["a"]))).toBe("none");
  });
});
