import * as Plot from "@observablehq/plot";
import { scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import { panelScales } from "./axis-scale.ts";
import { figureText } from "./figure-text.ts";
import { type FigureTheme, GROUP_SYMBOLS, groupStyle } from "./figure-theme.ts";
import { type BandPiece, bandPieces, type CurvePiece, clamp, curvePieces, equalityLine } from "./panel-curves.ts";
import type { PanelLine } from "./panel-lines.ts";
import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";
import type { PanelAxes, PlotAxis } from "./plot-axis.ts";
import { type PointLook, pointLook } from "./point-look.ts";
import { pointTitle } from "./point-title.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** Style of marks, depending on their number. */
export interface MarkStyle {
  readonly theme: FigureTheme;
  /** pixels */
  readonly radius: number;
  readonly barWidth: number;
  readonly barOpacity: number;
  /** whether a few models of the line are drawn over many checkpoints that would hide them */
  readonly baselineOnTop: boolean;
  /** whether each point has a title with its name and numbers */
  readonly pointTitles: boolean;
}

/**
 * Returns the color of a line: that of its group if the panel has it, else the baseline's; gray for a group that is not
 * in focus.
 */
export function lineColor({ group, isContext }: PanelLine, panel: ScatterPanel, theme: FigureTheme): string {
  if (isContext) return theme.context;
  const index = panel.groups.indexOf(group);
  return index < 0 ? baselineColor(panel, theme) : groupStyle(theme, index).color;
}

/** Returns the baseline's color: dark if there are lines of groups, because a group uses the usual color. */
function baselineColor({ lines, groups }: ScatterPanel, theme: FigureTheme): string {
  const hasGroupLines = lines.some(({ ofBaseline }) => !ofBaseline);
  const hasOwnLine = lines.some(({ ofBaseline, group }) => ofBaseline && !groups.includes(group));
  return hasGroupLines && hasOwnLine ? theme.ink : theme.baseline;
}

/**
 * Draws y = x, bands and lines. Classes: `equality`, and `prediction-band`, `confidence-band`, `line` with
 * `line-<place>`.
 */
export function lineMarks(panel: ScatterPanel, theme: FigureTheme): Plot.Markish[] {
  const { forward } = scaleFunctions(panel.scale);
  const equality = equalityLine(panel);
  const several = panel.lines.filter(({ ofBaseline }) => !ofBaseline).length > 0;
  const bands = (["prediction", "confidence"] as const).flatMap((band) =>
    panel.lines.flatMap((line, i) => {
      if (!line.hasBand || (band === "prediction" && !line.ofBaseline)) return [];
      const color = lineColor(line, panel, theme);
      const strength = (band === "prediction" ? 0.12 : 0.22) * (several ? 0.8 : 1);
      const pieces = bandPieces(line, panel, band).filter(({ extrapolated }) => line.ofBaseline || !extrapolated);
      return pieces.map((piece) =>
        area(piece, `${band}-band line-${i}`, color, strength * (piece.extrapolated ? 0.5 : 1)),
      );
    }),
  );
  const curves = panel.lines.flatMap((line, i) =>
    curvePieces(line, panel)
      .filter(({ extrapolated }) => !(line.isContext && extrapolated))
      .map((piece) => curve(piece, line, i, lineColor(line, panel, theme))),
  );
  return [
    ...bands,
    ...(equality === null
      ? []
      : [
          Plot.line(equality, {
            x: forward,
            y: forward,
            stroke: theme.muted,
            strokeWidth: 0.9,
            strokeDasharray: "1 2.5",
            strokeLinecap: "round",
            className: "equality",
          }),
        ]),
    ...curves,
  ];

  function area({ points, extrapolated }: BandPiece, name: string, fill: string, fillOpacity: number) {
    return Plot.areaY(points, {
      x: ({ x }: BandPiece["points"][number]) => forward(x),
      y1: ({ low }: BandPiece["points"][number]) => forward(low),
      y2: ({ high }: BandPiece["points"][number]) => forward(high),
      fill,
      fillOpacity,
      className: `${name}${extrapolated ? " extrapolated" : ""}`,
    });
  }

  function curve({ points, extrapolated }: CurvePiece, line: PanelLine, index: number, stroke: string) {
    return Plot.line(points, {
      x: ({ x }: CurvePiece["points"][number]) => forward(x),
      y: ({ y }: CurvePiece["points"][number]) => forward(y),
      stroke,
      strokeWidth: (line.ofBaseline ? 1.5 : line.isContext ? 0.9 : 1.3) - (extrapolated ? 0.3 : 0),
      strokeLinecap: "butt",
      ...(extrapolated ? { strokeDasharray: "4 3", strokeOpacity: line.ofBaseline ? 0.75 : 0.55 } : {}),
      className: `line line-${index}${extrapolated ? " extrapolated" : ""}`,
    });
  }
}

/**
 * Draws, from bottom to top, context, baseline models, runs, error bars and checkpoints. Classes: `context`,
 * `baseline`, `run`, `interval`, `checkpoints` with `in-baseline` or `group-<place>`.
 */
export function pointMarks(panel: ScatterPanel, axes: PanelAxes, style: MarkStyle): Plot.Markish[] {
  const { theme, radius } = style;
  const { baseline, checkpoints, groups } = panel;
  const withLook = (look: PointLook) => checkpoints.filter((checkpoint) => pointLook(checkpoint, panel) === look);
  const [asBaseline, context, ungrouped, grouped] = [
    withLook("baseline"),
    withLook("context"),
    withLook("checkpoint"),
    withLook("group"),
  ];
  const baselineStyle = { ...hollow(baselineColor(panel, theme), theme), r: Math.min(radius, 2.6) };
  const models = [
    dots(panel, baseline, { ...baselineStyle, className: "baseline" }, style),
    dots(panel, asBaseline, { ...baselineStyle, className: "checkpoints in-baseline" }, style),
  ];
  const contextMarks = [undefined, ...GROUP_SYMBOLS].flatMap((symbol) => {
    const points = context.filter(({ group }) => symbolOf(group, panel) === symbol);
    const look = { ...solid(theme.context, theme), ...(symbol === undefined ? {} : { symbol }) };
    return points.length === 0
      ? []
      : [dots(panel, points, { ...look, r: Math.min(radius, 2.6), className: "checkpoints context" }, style)];
  });
  return [
    ...contextMarks,
    ...(style.baselineOnTop ? [] : models),
    ...runMarks(panel, theme),
    ...intervalMarks(panel, axes, ungrouped, theme.checkpoint, style),
    ...groups.flatMap((group, i) =>
      intervalMarks(
        panel,
        axes,
        grouped.filter((checkpoint) => checkpoint.group === group),
        groupStyle(theme, i).color,
        style,
      ),
    ),
    ...(panel.hasContext && style.baselineOnTop ? models : []),
    ...groups.map((group, i) => {
      const { color, symbol } = groupStyle(theme, i);
      const members = grouped.filter((checkpoint) => checkpoint.group === group);
      return dots(
        panel,
        members,
        { ...solid(color, theme), symbol, r: radius, className: `checkpoints group-${i}` },
        style,
      );
    }),
    dots(panel, ungrouped, { ...solid(theme.checkpoint, theme), r: radius, className: "checkpoints" }, style),
    ...(!panel.hasContext && style.baselineOnTop ? models : []),
  ];
}

function symbolOf(group: string, { groups }: ScatterPanel) {
  const index = groups.indexOf(group);
  return index < 0 ? undefined : GROUP_SYMBOLS[index % GROUP_SYMBOLS.length];
}

export const RUN_WIDTH = 1;
export const RUN_OPACITY = 0.6;

/** Draws a line through the checkpoints of each training run, in their order and color. */
function runMarks(panel: ScatterPanel, theme: FigureTheme): Plot.Markish[] {
  const scales = panelScales(panel);
  const byName = new Map(panel.checkpoints.map((checkpoint) => [checkpoint.name, checkpoint]));
  return panel.runs.map(({ checkpoints }) => {
    const points = checkpoints.map((name) => byName.get(name) as PanelCheckpoint);
    return Plot.line(points, {
      x: ({ x }: PanelPoint) => scales.x.forward(clamp(x, panel.xDomain)),
      y: ({ y }: PanelPoint) => scales.y.forward(clamp(y, panel.yDomain)),
      stroke: runColor(points, panel, theme),
      strokeWidth: RUN_WIDTH,
      strokeOpacity: RUN_OPACITY,
      className: "run",
    });
  });
}

function runColor(points: readonly PanelCheckpoint[], panel: ScatterPanel, theme: FigureTheme): string {
  if (points.every(({ isContext }) => isContext)) return theme.context;
  const groups = new Set(points.map(({ group }) => panel.groups.indexOf(group)));
  const [index = -1] = groups;
  if (groups.size > 1) return theme.muted;
  return index >= 0 ? groupStyle(theme, index).color : theme.checkpoint;
}

export function hollow(color: string, theme: FigureTheme): Plot.DotOptions {
  return { stroke: color, strokeWidth: 1.1, fill: theme.background, fillOpacity: 0.85 };
}

/** Filled, with a thin stroke in the background color that separates overlapping points. */
export function solid(color: string, theme: FigureTheme): Plot.DotOptions {
  return { fill: color, fillOpacity: 0.92, stroke: theme.background, strokeWidth: 0.5 };
}

function dots(panel: ScatterPanel, points: readonly PanelPoint[], options: Plot.DotOptions, style: MarkStyle) {
  const scales = panelScales(panel);
  return Plot.dot(points, {
    x: ({ x }: PanelPoint) => scales.x.forward(clamp(x, panel.xDomain)),
    y: ({ y }: PanelPoint) => scales.y.forward(clamp(y, panel.yDomain)),
    ...(style.pointTitles
      ? { title: (point: PanelPoint) => figureText(pointTitle(point, panel.xColumn?.column)) }
      : {}),
    sort: null,
    ...options,
  });
}

/** Draws error bars, except those that are hidden by their marker. */
function intervalMarks(
  panel: ScatterPanel,
  { x: xAxis, y: yAxis }: PanelAxes,
  checkpoints: readonly PanelCheckpoint[],
  stroke: string,
  { radius, barWidth, barOpacity }: MarkStyle,
): Plot.Markish[] {
  const { xDomain, yDomain } = panel;
  const scales = panelScales(panel);
  const look = { stroke, strokeWidth: barWidth, strokeOpacity: barOpacity };
  const seen = (axis: PlotAxis, center: number, ...ends: readonly (number | null)[]) =>
    ends.every((end) => end !== null) &&
    ends.some((end) => Math.abs(axis.toPixel(end as number) - axis.toPixel(center)) > radius);
  const onX = (x: number) => scales.x.forward(clamp(x, xDomain));
  const onY = (y: number) => scales.y.forward(clamp(y, yDomain));
  return [
    Plot.ruleY(
      checkpoints.filter(({ x, xLow, xHigh }) => seen(xAxis, x, xLow, xHigh)),
      {
        y: ({ y }: PanelCheckpoint) => onY(y),
        x1: ({ xLow }: PanelCheckpoint) => onX(xLow as number),
        x2: ({ xHigh }: PanelCheckpoint) => onX(xHigh as number),
        ...look,
        className: "interval interval-x",
      },
    ),
    Plot.ruleX(
      checkpoints.filter(({ y, yLow, yHigh }) => seen(yAxis, y, yLow, yHigh)),
      {
        x: ({ x }: PanelCheckpoint) => onX(x),
        y1: ({ yLow }: PanelCheckpoint) => onY(yLow as number),
        y2: ({ yHigh }: PanelCheckpoint) => onY(yHigh as number),
        ...look,
        className: "interval interval-y",
      },
    ),
  ];
}
