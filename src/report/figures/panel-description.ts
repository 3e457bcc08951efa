import { figureText } from "./figure-text.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** A panel in words: what is on its axes, how many points, each line, what was left out. */
export function describePanel(panel: ScatterPanel, omittedLabels: number): string {
  const { checkpoints, baseline, lines, notes, xLabel, yLabel } = panel;
  const members = checkpoints.filter(({ inBaseline }) => inBaseline).length;
  const sentences = [
    `${yLabel} against ${xLabel}`,
    `${count(checkpoints.length, "checkpoint")}${members === 0 ? "" : `, of which ${members} in the baseline's line`}`,
    ...(baseline.length === 0 ? [] : [`${count(baseline.length, "more model")} of the baseline's line`]),
    ...lines.map(
      ({ label, slope, intercept, r2, n, scale }) =>
        `line of ${label}: slope ${slope.toFixed(3)}, intercept ${intercept.toFixed(3)} on the ${scale} scale, r² ${r2.toFixed(3)}, n = ${n}`,
    ),
    ...(lines.length === 0 ? ["no line"] : ["bands are at 95 %"]),
    ...incomplete(panel),
    ...atTheEdge(panel),
    ...notes,
    ...(omittedLabels === 0 ? [] : [`${count(omittedLabels, "name")} left out for want of room`]),
  ];
  return figureText(`${sentences.join("; ")}.`);
}

function incomplete({ checkpoints }: ScatterPanel): string[] {
  const partial = checkpoints.filter(
    ({ images, expected, idImages, idExpected }) =>
      (images !== null && expected !== null && images !== expected) ||
      (idImages !== null && idExpected !== null && idImages !== idExpected),
  );
  return partial.length === 0 ? [] : [`${count(partial.length, "checkpoint")} scored on fewer images than expected`];
}

/** Points that the axes cannot hold: 0 and 1, where a scale is infinite. */
function atTheEdge({ checkpoints, xDomain, yDomain }: ScatterPanel): string[] {
  const outside = checkpoints.filter(
    ({ x, y }) => x < xDomain[0] || x > xDomain[1] || y < yDomain[0] || y > yDomain[1],
  );
  return outside.length === 0 ? [] : [`${count(outside.length, "checkpoint")} beyond the axes, drawn at their edge`];
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
