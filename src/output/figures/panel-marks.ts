import * as Plot from "@observablehq/plot";
import { scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import type { AccuracyAxis } from "./accuracy-axis.ts";
import { figureText } from "./figure-text.ts";
import { type FigureTheme, groupStyle } from "./figure-theme.ts";
import { type BandPiece, bandPieces, type CurvePiece, clamp, curvePieces, equalityLine } from "./panel-curves.ts";
import type { PanelLine } from "./panel-lines.ts";
import type { PanelCheckpoint, PanelPoint } from "./panel-points.ts";
import { pointTitle } from "./point-title.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** A panel's two axes. */
export interface PanelAxes {
  readonly x: AccuracyAxis;
  readonly y: AccuracyAxis;
}

/** How marks look that depend on how many there are. */
export interface MarkStyle {
  readonly theme: FigureTheme;
  /** pixels */
  readonly radius: number;
  readonly barWidth: number;
  readonly barOpacity: number;
  /** whether the few models of the line are drawn over the many checkpoints that would hide them */
  readonly baselineOnTop: boolean;
  /** whether each point says its name and numbers in a title of its own */
  readonly pointTitles: boolean;
}

/** The colour of a line: of its group where the panel has it, else the baseline's. */
export function lineColor({ group }: PanelLine, { groups }: ScatterPanel, theme: FigureTheme): string {
  const index = groups.indexOf(group);
  return index < 0 ? theme.baseline : groupStyle(theme, index).color;
}

/** y = x, bands and lines. Classes: `equality`, and `prediction-band`, `confidence-band`, `line` with `line-<place>`. */
export function lineMarks(panel: ScatterPanel, theme: FigureTheme): Plot.Markish[] {
  const { forward } = scaleFunctions(panel.scale);
  const equality = equalityLine(panel);
  const several = panel.lines.filter(({ ofBaseline }) => !ofBaseline).length > 0;
  const bands = (["prediction", "confidence"] as const).flatMap((band) =>
    panel.lines.flatMap((line, i) => {
      if (band === "prediction" && !line.ofBaseline) return [];
      const color = lineColor(line, panel, theme);
      const strength = (band === "prediction" ? 0.12 : 0.22) * (several ? 0.8 : 1);
      const pieces = bandPieces(line, panel, band).filter(({ extrapolated }) => line.ofBaseline || !extrapolated);
      return pieces.map((piece) =>
        area(piece, `${band}-band line-${i}`, color, strength * (piece.extrapolated ? 0.5 : 1)),
      );
    }),
  );
  const curves = panel.lines.flatMap((line, i) =>
    curvePieces(line, panel).map((piece) => curve(piece, line, i, lineColor(line, panel, theme))),
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
      strokeWidth: (line.ofBaseline ? 1.5 : 1.3) - (extrapolated ? 0.3 : 0),
      strokeLinecap: "butt",
      ...(extrapolated ? { strokeDasharray: "4 3", strokeOpacity: line.ofBaseline ? 0.75 : 0.55 } : {}),
      className: `line line-${index}${extrapolated ? " extrapolated" : ""}`,
    });
  }
}

/** Baseline models, error bars and checkpoints. Classes: `baseline`, `interval`, `checkpoints` with `group-<place>`. */
export function pointMarks(panel: ScatterPanel, axes: PanelAxes, style: MarkStyle): Plot.Markish[] {
  const { theme, radius } = style;
  const { baseline, checkpoints, groups } = panel;
  const asBaseline = checkpoints.filter((one) => one.inBaseline && !groups.includes(one.group));
  const others = checkpoints.filter((one) => !asBaseline.includes(one));
  const ungrouped = others.filter(({ group }) => !groups.includes(group));
  const baselineStyle = { ...hollow(theme.baseline, theme), r: Math.min(radius, 2.6) };
  const models = [
    dots(panel, baseline, { ...baselineStyle, className: "baseline" }, style),
    dots(panel, asBaseline, { ...baselineStyle, className: "checkpoints in-baseline" }, style),
  ];
  return [
    ...(style.baselineOnTop ? [] : models),
    ...intervalMarks(panel, axes, ungrouped, theme.checkpoint, style),
    ...groups.flatMap((group, i) =>
      intervalMarks(
        panel,
        axes,
        others.filter((one) => one.group === group),
        groupStyle(theme, i).color,
        style,
      ),
    ),
    ...groups.map((group, i) => {
      const { color, symbol } = groupStyle(theme, i);
      const own = others.filter((one) => one.group === group);
      return dots(
        panel,
        own,
        { ...solid(color, theme), symbol, r: radius, className: `checkpoints group-${i}` },
        style,
      );
    }),
    dots(panel, ungrouped, { ...solid(theme.checkpoint, theme), r: radius, className: "checkpoints" }, style),
    ...(style.baselineOnTop ? models : []),
  ];
}

export function hollow(color: string, theme: FigureTheme): Plot.DotOptions {
  return { stroke: color, strokeWidth: 1.1, fill: theme.background, fillOpacity: 0.85 };
}

/** Filled, with a thin rim of the background's colour that keeps heaped points apart. */
export function solid(color: string, theme: FigureTheme): Plot.DotOptions {
  return { fill: color, fillOpacity: 0.92, stroke: theme.background, strokeWidth: 0.5 };
}

function dots(panel: ScatterPanel, points: readonly PanelPoint[], options: Plot.DotOptions, style: MarkStyle) {
  const { forward } = scaleFunctions(panel.scale);
  return Plot.dot(points, {
    x: ({ x }: PanelPoint) => forward(clamp(x, panel.xDomain)),
    y: ({ y }: PanelPoint) => forward(clamp(y, panel.yDomain)),
    ...(style.pointTitles ? { title: (point: PanelPoint) => figureText(pointTitle(point)) } : {}),
    sort: null,
    ...options,
  });
}

/** Error bars, of those intervals that are longer than the marker that would hide them. */
function intervalMarks(
  { scale, xDomain, yDomain }: ScatterPanel,
  { x: xAxis, y: yAxis }: PanelAxes,
  checkpoints: readonly PanelCheckpoint[],
  stroke: string,
  { radius, barWidth, barOpacity }: MarkStyle,
): Plot.Markish[] {
  const { forward } = scaleFunctions(scale);
  const look = { stroke, strokeWidth: barWidth, strokeOpacity: barOpacity };
  const seen = (axis: AccuracyAxis, centre: number, ...ends: readonly (number | null)[]) =>
    ends.every((end) => end !== null) &&
    ends.some((end) => Math.abs(axis.toPixel(end as number) - axis.toPixel(centre)) > radius);
  const onX = (x: number) => forward(clamp(x, xDomain));
  const onY = (y: number) => forward(clamp(y, yDomain));
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
