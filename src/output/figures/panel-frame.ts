import * as Plot from "@observablehq/plot";
import { decimal } from "../../foundation/number-text.ts";
import { panelScales } from "./axis-scale.ts";
import { BOLD, figureText, shortenMiddle, type TextMeasure } from "./figure-text.ts";
import type { FigureTheme } from "./figure-theme.ts";
import type { PanelAxes } from "./plot-axis.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** Font size of axes and titles, and how texts are measured. */
export interface TextStyle {
  readonly fontSize: number;
  readonly measure: TextMeasure;
}

/** Draws grid, frame, ticks and axis labels. */
export function axisMarks(
  panel: ScatterPanel,
  { x, y }: PanelAxes,
  theme: FigureTheme,
  texts: TextStyle,
): Plot.Markish[] {
  const { fontSize } = texts;
  const scales = panelScales(panel);
  const shared = {
    tickSize: 3.5,
    tickPadding: 2.5,
    color: theme.muted,
    fontSize,
    labelArrow: "none" as const,
  };
  const xTicks = x.ticks.map(scales.x.forward);
  const yTicks = y.ticks.map(scales.y.forward);
  const grid =
    theme.grid === "none"
      ? []
      : [
          Plot.gridX(xTicks, { stroke: theme.grid, strokeOpacity: 1, strokeWidth: 0.8 }),
          Plot.gridY(yTicks, { stroke: theme.grid, strokeOpacity: 1, strokeWidth: 0.8 }),
        ];
  return [
    ...grid,
    Plot.frame({ stroke: theme.muted, strokeWidth: 0.8 }),
    Plot.axisX(xTicks, { ...shared, tickFormat: (at: number) => x.tickLabel(scales.x.inverse(at)), label: null }),
    Plot.axisY(yTicks, { ...shared, tickFormat: (at: number) => y.tickLabel(scales.y.inverse(at)), label: null }),
    Plot.text([fitLabel(panel.xLabel, Math.abs(x.range[1] - x.range[0]), texts)], {
      frameAnchor: "bottom",
      lineAnchor: "top",
      dy: fontSize * 1.95,
      fill: theme.ink,
      fontSize,
      text: String,
      className: "x-label",
    }),
    Plot.text([fitLabel(panel.yLabel, Math.abs(y.range[1] - y.range[0]), texts)], {
      frameAnchor: "left",
      textAnchor: "middle",
      rotate: -90,
      dx: -fontSize * 3.3,
      fill: theme.ink,
      fontSize,
      text: String,
      className: "y-label",
    }),
  ];
}

/** Shortens an axis label to the length of the axis. */
function fitLabel(label: string, room: number, { fontSize, measure }: TextStyle): string {
  const text = figureText(label);
  const shorter = [text];
  for (const part of [/, \w+ scale/, " accuracy", " top-1"]) shorter.push((shorter.at(-1) as string).replace(part, ""));
  return (
    shorter.find((candidate) => measure(candidate, fontSize) <= room) ??
    shortenMiddle(shorter.at(-1) as string, room, fontSize, measure)
  );
}

/** Draws the panel's title and, if there is one line, its goodness of fit. */
export function titleMarks(
  panel: ScatterPanel,
  theme: FigureTheme,
  { fontSize, measure }: TextStyle,
  width: number,
): Plot.Markish[] {
  const lines = panel.lines.filter(({ ofBaseline }) => ofBaseline);
  const [titleSize, fitSize] = [fontSize * 1.16, fontSize * 0.92];
  const title = shortenMiddle(figureText(panel.title), width / BOLD, titleSize, measure);
  const [line] = lines.length === 1 ? lines : [];
  const r2 = line?.r2 == null ? "" : `r² = ${decimal(line.r2, 3)}, `;
  const fit = line === undefined ? "" : `${r2}n = ${line.n}`;
  const room = width - BOLD * measure(title, titleSize) - fontSize;
  return [
    Plot.text([title], {
      frameAnchor: "top-left",
      lineAnchor: "bottom",
      dy: -fontSize * 0.55,
      text: String,
      fontSize: titleSize,
      fontWeight: "bold",
      fill: theme.ink,
      className: "panel-title",
    }),
    Plot.text(measure(fit, fitSize) <= room ? [fit] : [], {
      frameAnchor: "top-right",
      lineAnchor: "bottom",
      dy: -fontSize * 0.55,
      text: String,
      fontSize: fitSize,
      fill: theme.muted,
      className: "panel-fit",
    }),
  ];
}
