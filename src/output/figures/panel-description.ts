import { decimal, plural } from "../../foundation/number-text.ts";
import { farNote } from "./far-points.ts";
import { figureText } from "./figure-text.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** Describes a panel in words: axes, number of points, lines, and what was left out. */
export function describePanel(panel: ScatterPanel, omittedLabels: number): string {
  const { checkpoints, baseline, lines, notes, xLabel, yLabel } = panel;
  const members = checkpoints.filter(({ inBaseline }) => inBaseline).length;
  const context = checkpoints.filter(({ isContext }) => isContext).length;
  const parts = [
    ...(members === 0 ? [] : [`${members} in the baseline's line`]),
    ...(context === 0 ? [] : [`${context} to compare with`]),
  ];
  const sentences = [
    `${yLabel} against ${xLabel}`,
    `${plural(checkpoints.length, "checkpoint")}${parts.length === 0 ? "" : `, of which ${parts.join(" and ")}`}`,
    ...(baseline.length === 0 ? [] : [`${plural(baseline.length, "more model")} of the baseline's line`]),
    ...lines.map(
      ({ label, slope, intercept, r2, n, scale }) =>
        `line of ${label}: slope ${decimal(slope, 3)}, intercept ${decimal(intercept, 3)} on the ${scale} scale, ${r2 === null ? "binomial" : `r² ${decimal(r2, 3)}`}, n = ${n}`,
    ),
    ...(lines.length === 0 ? ["no line"] : lines.some(({ hasBand }) => hasBand) ? ["bands are at 95 %"] : []),
    ...[incompleteNote([panel])].filter((note) => note !== null),
    ...atTheEdge(panel),
    ...farNote(panel.far),
    ...notes,
    ...(omittedLabels === 0 ? [] : [`${plural(omittedLabels, "name")} left out for lack of space`]),
  ];
  return figureText(`${sentences.join("; ")}.`);
}

/**
 * Describes how many checkpoints were scored on another number of images than expected, with the lowest number; null if
 * none was.
 */
export function incompleteNote(panels: readonly ScatterPanel[]): string | null {
  const partial = panels
    .flatMap(({ checkpoints }) => checkpoints)
    .flatMap(({ name, images, expected, idImages, idExpected }) => [
      { name, n: images, of: expected },
      { name, n: idImages, of: idExpected },
    ])
    .filter(
      (checkpoint): checkpoint is { name: string; n: number; of: number } =>
        checkpoint.n !== null && checkpoint.of !== null && checkpoint.n !== checkpoint.of,
    )
    .sort((a, b) => a.n / a.of - b.n / b.of);
  const [lowest] = partial;
  if (lowest === undefined) return null;
  const checkpoints = new Set(partial.map(({ name }) => name)).size;
  return `${plural(checkpoints, "checkpoint")} not on all images: from ${lowest.n} of ${lowest.of}`;
}

/** Describes how many checkpoints the axes omit. */
export function farLegend(panels: readonly ScatterPanel[]): string | null {
  const names = new Set(panels.flatMap(({ far }) => far.map(({ name }) => name)));
  return names.size === 0 ? null : `${plural(names.size, "checkpoint")} far from the rest not drawn`;
}

/** Describes points outside the axes: 0 and 1 on scales that are infinite there. */
function atTheEdge({ checkpoints, xDomain, yDomain }: ScatterPanel): string[] {
  const outside = checkpoints.filter(
    ({ x, y }) => x < xDomain[0] || x > xDomain[1] || y < yDomain[0] || y > yDomain[1],
  );
  return outside.length === 0 ? [] : [`${plural(outside.length, "checkpoint")} outside the axes, drawn at the edge`];
}
