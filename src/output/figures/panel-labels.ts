import { figureText, type TextMeasure } from "./figure-text.ts";
import { fitNames } from "./fit-names.ts";
import { clamp, curvePieces, equalityLine } from "./panel-curves.ts";
import type { PanelCheckpoint } from "./panel-points.ts";
import { type Box, type PlacedLabel, placeLabels } from "./place-labels.ts";
import type { PanelAxes } from "./plot-axis.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** A checkpoint's name and its position in the figure, in pixels. */
export interface CheckpointLabel extends Omit<PlacedLabel, "index"> {
  readonly checkpoint: PanelCheckpoint;
  readonly text: string;
}

export interface PanelLabels {
  readonly placed: readonly CheckpointLabel[];
  /** number of requested names without a free position */
  readonly omitted: number;
}

/** The named checkpoints: all, none, or a number of them. */
export type LabelChoice = "all" | "none" | number;

/** Up to this number of checkpoints all are named; of more, only those with the highest priority. */
const FEW = 12;
const MAX_PRIORITY_LABELS = 8;
/** Maximum width of a name, as a share of the frame's width. */
const WIDEST = 0.45;

/**
 * Places the checkpoints' names: the farthest outside the baseline's prediction band first, then the farthest from its
 * line, so that these are named if there is not enough space.
 */
export function labelPanel(
  panel: ScatterPanel,
  axes: PanelAxes,
  style: {
    readonly fontSize: number;
    readonly radius: number;
    readonly choice: LabelChoice;
    readonly measure: TextMeasure;
  },
): PanelLabels {
  const { x, y } = axes;
  const frame = boxOf(x.range[0], y.range[0], x.range[1], y.range[1]);
  const wanted = chooseLabels(panel, style.choice);
  const names = wanted.map(({ name }) => figureText(name));
  const fitted = fitNames(names, WIDEST * (frame.right - frame.left), style.fontSize, style.measure);
  const texts = names.map((name) => fitted.get(name) as string);
  const marker = (point: { readonly x: number; readonly y: number }) =>
    around(x.toPixel(point.x), y.toPixel(point.y), style.radius + 0.5);
  const placed = placeLabels(
    wanted.map((checkpoint, i) => ({
      x: x.toPixel(checkpoint.x),
      y: y.toPixel(checkpoint.y),
      clearance: style.radius + 2.5,
      width: style.measure(texts[i] as string, style.fontSize),
      height: style.fontSize * 1.05,
      canBeFar: panel.hasContext,
    })),
    {
      frame: { left: frame.left + 2, top: frame.top + 2, right: frame.right - 2, bottom: frame.bottom - 2 },
      markers: [...panel.baseline, ...panel.checkpoints.filter(({ isContext }) => !isContext)].map(marker),
      dots: panel.checkpoints.filter(({ isContext }) => isContext).map(marker),
      curves: [...curveBoxes(panel, axes), ...runBoxes(panel, axes)],
      bars: errorBars(panel, axes),
    },
  );
  return {
    placed: placed.map(({ index, ...place }) => ({
      ...place,
      checkpoint: wanted[index] as PanelCheckpoint,
      text: texts[index] as string,
    })),
    omitted: wanted.length - placed.length,
  };
}

function chooseLabels(panel: ScatterPanel, choice: LabelChoice): PanelCheckpoint[] {
  const all = nameable(panel);
  const count = choice === "all" ? all.length : choice === "none" ? 0 : choice;
  const last = new Set(panel.runs.map(({ checkpoints }) => checkpoints.at(-1)));
  return [...all]
    .sort((a, b) => Number(last.has(b.name)) - Number(last.has(a.name)) || labelPriority(b) - labelPriority(a))
    .slice(0, count);
}

/**
 * Returns the checkpoints that may be named: those in focus if there are others; else those outside the baseline, or
 * all if every checkpoint is in it.
 */
function nameable({ checkpoints, hasContext }: ScatterPanel): readonly PanelCheckpoint[] {
  if (hasContext) return checkpoints.filter(({ isContext }) => !isContext);
  const outsideBaseline = checkpoints.filter(({ inBaseline }) => !inBaseline);
  return outsideBaseline.length > 0 ? outsideBaseline : checkpoints;
}

/**
 * Returns the default choice: all if there are few, else the ends of training runs or those with the highest priority.
 */
export function defaultLabels(panel: ScatterPanel): LabelChoice {
  if (nameable(panel).length <= FEW) return "all";
  if (panel.runs.length > 0) return Math.min(FEW, panel.runs.length);
  return panel.groups.length > 0 && !panel.hasContext ? "none" : MAX_PRIORITY_LABELS;
}

function labelPriority({ y, effectiveRobustness, predictionLow, predictionHigh }: PanelCheckpoint): number {
  if (effectiveRobustness === null || predictionLow === null || predictionHigh === null) return y;
  const beyond = Math.max(0, y - predictionHigh, predictionLow - y);
  return 10 * beyond + Math.abs(effectiveRobustness);
}

function curveBoxes(panel: ScatterPanel, { x, y }: PanelAxes): Box[] {
  const equality = equalityLine(panel);
  const curves = panel.lines.flatMap((line) => curvePieces(line, panel).map(({ points }) => points));
  if (equality !== null) {
    const [low, high] = equality;
    curves.push(Array.from({ length: 25 }, (_, i) => low + (i / 24) * (high - low)).map((p) => ({ x: p, y: p })));
  }
  return curves.flatMap((points) =>
    points.slice(1).map((to, i) => {
      const from = points[i] as typeof to;
      return boxOf(x.toPixel(from.x), y.toPixel(from.y), x.toPixel(to.x), y.toPixel(to.y));
    }),
  );
}

/** Returns the lines of training runs as small boxes. */
function runBoxes({ runs, checkpoints }: ScatterPanel, { x, y }: PanelAxes): Box[] {
  const places = new Map(
    checkpoints.map((checkpoint) => [checkpoint.name, [x.toPixel(checkpoint.x), y.toPixel(checkpoint.y)] as const]),
  );
  return runs.flatMap((run) =>
    run.checkpoints.slice(1).flatMap((name, i) => {
      const [[x1, y1], [x2, y2]] = [places.get(run.checkpoints[i] as string), places.get(name)] as [Place, Place];
      const pieces = Math.ceil(Math.hypot(x2 - x1, y2 - y1) / PIECE);
      const at = (k: number) => [x1 + (k / pieces) * (x2 - x1), y1 + (k / pieces) * (y2 - y1)] as const;
      return Array.from({ length: pieces }, (_, k) => boxOf(...at(k), ...at(k + 1)));
    }),
  );
}

type Place = readonly [number, number];
/** Length in pixels of a piece of a line that labels avoid as a box. */
const PIECE = 6;

function errorBars({ checkpoints, xDomain, yDomain }: ScatterPanel, axes: PanelAxes): Box[] {
  const { x, y } = axes;
  return checkpoints.flatMap((checkpoint) => {
    const [px, py] = [x.toPixel(checkpoint.x), y.toPixel(checkpoint.y)];
    const bars: Box[] = [];
    if (checkpoint.xLow !== null && checkpoint.xHigh !== null) {
      bars.push(
        boxOf(
          x.toPixel(clamp(checkpoint.xLow, xDomain)),
          py - 0.5,
          x.toPixel(clamp(checkpoint.xHigh, xDomain)),
          py + 0.5,
        ),
      );
    }
    if (checkpoint.yLow !== null && checkpoint.yHigh !== null) {
      bars.push(
        boxOf(
          px - 0.5,
          y.toPixel(clamp(checkpoint.yLow, yDomain)),
          px + 0.5,
          y.toPixel(clamp(checkpoint.yHigh, yDomain)),
        ),
      );
    }
    return bars;
  });
}

function around(x: number, y: number, radius: number): Box {
  return boxOf(x - radius, y - radius, x + radius, y + radius);
}

function boxOf(x1: number, y1: number, x2: number, y2: number): Box {
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), right: Math.max(x1, x2), bottom: Math.max(y1, y2) };
}
