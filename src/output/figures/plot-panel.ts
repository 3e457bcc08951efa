import * as Plot from "@observablehq/plot";
import { accuracyAxis } from "./accuracy-axis.ts";
import { axisFunctions, panelScales } from "./axis-scale.ts";
import { legendEntries, legendHeight, plotLegend } from "./figure-legend.ts";
import { FONT_FAMILY, figureText, type TextMeasure, textWidth } from "./figure-text.ts";
import { type FigureTheme, LIGHT } from "./figure-theme.ts";
import { numberAxis } from "./number-axis.ts";
import { describePanel } from "./panel-description.ts";
import { axisMarks, titleMarks } from "./panel-frame.ts";
import { type CheckpointLabel, defaultLabels, type LabelChoice, labelPanel } from "./panel-labels.ts";
import { lineMarks, type MarkStyle, pointMarks } from "./panel-marks.ts";
import type { AxisStyle, PanelAxes, PlotAxis } from "./plot-axis.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

export interface PlotOptions {
  /** default: the page's; outside a browser, a document of a DOM library is required */
  readonly document?: Document;
  /** pixels, 96 to the inch */
  readonly width: number;
  /** default: the height of the legend and a frame slightly wider than high */
  readonly height?: number;
  /** default: light */
  readonly theme?: FigureTheme;
  /** default: 9.5 pixels, 7.1 pt in print */
  readonly fontSize?: number;
  /** default: all of up to 12 checkpoints, the 8 of highest priority of more, none of many in groups */
  readonly labels?: LabelChoice;
  /** default: true */
  readonly legend?: boolean;
  /** a title in each point, which browsers show as a tooltip; default: true */
  readonly pointTitles?: boolean;
  /** default: the widths of the font used in files */
  readonly measure?: TextMeasure;
}

/** A drawn panel, with the data for an interactive layer. */
export interface PanelFigure {
  /**
   * Groups by class: `equality`, `prediction-band`, `confidence-band` and `line` (each with `line-<place>`, and
   * `extrapolated` where it is), `baseline`, `interval`, `checkpoints` (with `in-baseline`, or `group-<place>`), `label`,
   * `leader`, `legend`. Points follow the panel's order within their group.
   */
  readonly svg: SVGSVGElement;
  /** accuracy ↔ pixel of the svg's own coordinates */
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly labels: readonly CheckpointLabel[];
  /** number of requested names without a free place */
  readonly omittedLabels: number;
  /** description of the figure, as in its `desc` */
  readonly description: string;
}

export const SVG = "http://www.w3.org/2000/svg";

/** Default height of the frame, as a share of its width. */
const FRAME_ASPECT = 0.86;

/** Draws one panel with Observable Plot. Runs in a browser, and in Node with the `document` of a DOM library. */
export function plotPanel(panel: ScatterPanel, options: PlotOptions): PanelFigure {
  const { width, theme = LIGHT, fontSize = 9.5, measure = textWidth } = options;
  const scales = panelScales(panel);
  const entries = options.legend === false ? [] : legendEntries([panel]);
  const margin = { left: fontSize * 4.1, right: fontSize * 0.9, top: fontSize * 2.3, bottom: fontSize * 3.5 };
  const legendWidth = width - margin.left - margin.right;
  const legendRoom = { width: legendWidth, fontSize: fontSize * 0.92, measure };
  const legend = legendHeight(entries, legendRoom);
  const below = margin.bottom + (legend === 0 ? 0 : legend + fontSize * 0.5);
  const height = options.height ?? wholeInPrint(margin.top + FRAME_ASPECT * legendWidth + below);
  const bottom = height - below;
  const x = xAxis(panel, [margin.left, width - margin.right], { direction: "x", fontSize, measure });
  const y = accuracyAxis(panel.scale, panel.yDomain, [bottom, margin.top], { direction: "y", fontSize, measure });
  const style = markStyle(panel, options, theme);
  const { placed, omitted } = labelPanel(
    panel,
    { x, y },
    {
      fontSize: fontSize * 0.87,
      radius: style.radius,
      choice: options.labels ?? defaultLabels(panel),
      measure,
    },
  );
  const description = describePanel(panel, omitted);
  const svg = Plot.plot({
    ...(options.document === undefined ? {} : { document: options.document }),
    width,
    height,
    className: "scatter-panel",
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: height - bottom,
    style: { fontFamily: FONT_FAMILY, fontSize: `${fontSize}px`, color: theme.ink },
    x: { type: "linear", domain: panel.xDomain.map(scales.x.forward), range: [...x.range], axis: null, nice: false },
    y: { type: "linear", domain: panel.yDomain.map(scales.y.forward), range: [...y.range], axis: null, nice: false },
    marks: [
      ...axisMarks(panel, { x, y }, theme, { fontSize, measure }),
      ...lineMarks(panel, theme),
      ...pointMarks(panel, { x, y }, style),
      ...labelMarks(placed, { x, y }, theme, fontSize * 0.87),
      ...titleMarks(panel, theme, { fontSize, measure }, width - margin.left - margin.right),
    ],
  }) as SVGSVGElement;
  if (entries.length > 0) {
    const drawn = plotLegend(entries, { ...options, theme, ...legendRoom });
    drawn.setAttribute("x", String(margin.left));
    drawn.setAttribute("y", String(height - legend - fontSize * 0.4));
    svg.append(drawn);
  }
  fillBackground(svg, theme.background);
  describe(svg, figureText(`${panel.title}: ${panel.yLabel} against ${panel.xLabel}`), description);
  return { svg, x, y, labels: placed, omittedLabels: omitted, description };
}

/** Rounds a height to a whole number of dots at 300 per inch, so that a picture has no half-covered last row. */
export function wholeInPrint(height: number): number {
  return 8 * Math.ceil(height / 8);
}

/** Adds a background rectangle: a background in the style is lost when an SVG file becomes a picture. */
export function fillBackground(svg: SVGSVGElement, fill: string): void {
  const background = svg.ownerDocument.createElementNS(SVG, "rect");
  const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
  for (const [name, value] of Object.entries({ class: "background", width, height, fill })) {
    background.setAttribute(name, String(value));
  }
  svg.prepend(background);
}

/** Adds the name and description of a figure for screen readers. */
export function describe(svg: SVGSVGElement, title: string, description: string): void {
  for (const style of [...svg.querySelectorAll("style")]) style.remove();
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  for (const [name, text] of [
    ["desc", description],
    ["title", title],
  ] as const) {
    const element = svg.ownerDocument.createElementNS(SVG, name);
    element.textContent = text;
    svg.prepend(element);
  }
}

function xAxis(
  { scale, xDomain, xColumn }: ScatterPanel,
  range: readonly [number, number],
  style: AxisStyle,
): PlotAxis {
  if (xColumn !== null) return numberAxis(xColumn.scale, xDomain, range, style);
  return accuracyAxis(scale, xDomain, range, style);
}

function markStyle(panel: ScatterPanel, { pointTitles = true, width }: PlotOptions, theme: FigureTheme): MarkStyle {
  const count = panel.checkpoints.filter(({ isContext }) => !isContext).length;
  const room = Math.min(1, width / 300);
  const radius = (count <= 20 ? 3.4 : count <= 120 ? 2.6 : 2) * Math.max(0.8, room);
  const isMany = count > 40; // only checkpoints in focus have intervals
  return {
    theme,
    radius,
    barWidth: isMany ? 0.6 : 0.9,
    barOpacity: isMany ? 0.45 : 0.9,
    baselineOnTop: panel.checkpoints.length > 40,
    pointTitles,
  };
}

function labelMarks(
  labels: readonly CheckpointLabel[],
  { x, y }: PanelAxes,
  theme: FigureTheme,
  fontSize: number,
): Plot.Markish[] {
  const onX = (pixel: number) => axisFunctions(x.scale).forward(x.toValue(pixel));
  const onY = (pixel: number) => axisFunctions(y.scale).forward(y.toValue(pixel));
  const led = labels.flatMap(({ leader }) => (leader === null ? [] : [leader]));
  return [
    Plot.link(led, {
      x1: ({ x1 }: (typeof led)[number]) => onX(x1),
      x2: ({ x2 }: (typeof led)[number]) => onX(x2),
      y1: ({ y1 }: (typeof led)[number]) => onY(y1),
      y2: ({ y2 }: (typeof led)[number]) => onY(y2),
      stroke: theme.muted,
      strokeWidth: 0.6,
      className: "leader",
    }),
    Plot.text(labels, {
      x: ({ box }: CheckpointLabel) => onX(box.left),
      y: ({ box }: CheckpointLabel) => onY((box.top + box.bottom) / 2),
      text: "text",
      textAnchor: "start",
      fontSize,
      fill: theme.ink,
      stroke: theme.background,
      strokeWidth: 2.2,
      strokeOpacity: 0.85,
      className: "label",
    }),
  ];
}
