import { plural } from "../../foundation/number-text.ts";
import { isDrawnAsLog, numberDomain } from "./number-axis.ts";
import { panelDomains } from "./panel-domains.ts";
import type { PanelCheckpoint } from "./panel-points.ts";
import type { NumericColumn } from "./panel-study.ts";
import { axisLabel, benchmarkTitle } from "./panel-titles.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/**
 * Builds panels of the same checkpoints over a numeric column: one for the benchmark in distribution, then one for each
 * given panel. No line is fitted to a column, so there are no lines and no distances.
 *
 * @param panels of accuracies against accuracy in distribution
 */
export function columnPanels(
  panels: readonly ScatterPanel[],
  { column, numbers }: NumericColumn,
  titles: ReadonlyMap<string, string>,
): ScatterPanel[] {
  // Points that are far out in accuracy need not be far out over the column
  const whole = panels.map((panel) => ({ ...panel, checkpoints: [...panel.checkpoints, ...panel.far], far: [] }));
  const first = whole.find(({ idSide }) => !idSide.includes("@"));
  const all = first === undefined ? whole : [inDistributionPanel(first, whole, titles), ...whole];
  return all.flatMap((panel) => {
    const placed = panel.checkpoints.flatMap((checkpoint) => {
      const x = Object.hasOwn(numbers, checkpoint.name) ? numbers[checkpoint.name] : undefined;
      return x === undefined ? [] : [{ ...checkpoint, ...WITHOUT_LINE, x, xLow: null, xHigh: null }];
    });
    if (placed.length === 0) return [];
    const scale = isDrawnAsLog(placed.map(({ x }) => x)) ? "log" : "number";
    const names = new Set(placed.map(({ name }) => name));
    const lacking = panel.checkpoints.length - placed.length;
    return [
      {
        ...panel,
        xLabel: scale === "log" ? `${column} (log scale)` : column,
        xColumn: { column, scale },
        xDomain: numberDomain(
          scale,
          placed.map(({ x }) => x),
        ),
        yDomain: panelDomains(
          [],
          panel.checkpoints.filter(({ name }) => names.has(name)),
          panel.scale,
        ).yDomain,
        hasEquality: false,
        baseline: [],
        lines: [],
        checkpoints: placed,
        runs: panel.runs
          .map((run) => ({ ...run, checkpoints: run.checkpoints.filter((name) => names.has(name)) }))
          .filter(({ checkpoints }) => checkpoints.length > 1),
        notes: [
          ...panel.notes,
          ...(lacking === 0 ? [] : [`${plural(lacking, "checkpoint")} without ${column} left out`]),
        ],
      },
    ];
  });
}

/** The fields of a distance from the line if there is no line. */
const WITHOUT_LINE = {
  expectedAccuracy: null,
  effectiveRobustness: null,
  low: null,
  high: null,
  predictionLow: null,
  predictionHigh: null,
  extrapolated: false,
  inBaseline: false,
} as const;

/** Builds a panel of accuracy in distribution from the panels with that x axis. */
function inDistributionPanel(
  like: ScatterPanel,
  panels: readonly ScatterPanel[],
  titles: ReadonlyMap<string, string>,
): ScatterPanel {
  const byName = new Map<string, PanelCheckpoint>();
  for (const panel of panels.filter(({ idSide }) => idSide === like.idSide)) {
    for (const checkpoint of panel.checkpoints) {
      if (byName.has(checkpoint.name)) continue;
      const { x: y, xLow: yLow, xHigh: yHigh, idImages: images, idExpected: expected } = checkpoint;
      byName.set(checkpoint.name, { ...checkpoint, y, yLow, yHigh, images, expected });
    }
  }
  return {
    ...like,
    benchmark: like.idSide,
    title: benchmarkTitle(like.idSide, titles),
    yLabel: axisLabel(like.idSide, like.scale, titles),
    checkpoints: [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    notes: [],
  };
}
