import * as Plot from "@observablehq/plot";
import { scaleFunctions } from "../../analysis/lines/fit-scale.ts";
import { decimal } from "../../foundation/number-text.ts";
import { type AccuracyAxis, accuracyAxis, tickLabel } from "./accuracy-axis.ts";
import { legendEntries, legendHeight, plotLegend } from "./figure-legend.ts";
import { BOLD, FONT_FAMILY, figureText, shortenMiddle, textWidth } from "./figure-text.ts";
import { type FigureTheme, LIGHT } from "./figure-theme.ts";
import { describePanel } from "./panel-description.ts";
import { type CheckpointLabel, defaultLabels, type LabelChoice, labelPanel } from "./panel-labels.ts";
import { lineMarks, type MarkStyle, pointMarks } from "./panel-marks.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

export interface PlotOptions {
  /** default: the page's; outside a browser, one of a DOM library */
  readonly document?: Document;
  /** pixels, 96 to the inch */
  readonly width: number;
  /** default: what the legend needs and a frame a little wider than high */
  readonly height?: number;
  /** default: light */
  readonly theme?: FigureTheme;
  /** default: 9.5 pixels, 7.1 pt in print */
  readonly fontSize?: number;
  /** default: all of at most 12 checkpoints, the 8 most telling of more, none of many in groups */
  readonly labels?: LabelChoice;
  /** default: true */
  readonly legend?: boolean;
  /** a title in each point, shown by browsers when the pointer rests on it; default: true */
  readonly pointTitles?: boolean;
}

/** A panel drawn, and what an interactive layer needs to know of it. */
export interface PanelFigure {
  /**
   * Groups by class: `equality`, `prediction-band`, `confidence-band` and `line` (each with `line-<place>`, and
   * `extrapolated` where it is), `baseline`, `interval`, `checkpoints` (with `in-baseline`, or `group-<place>`), `label`,
   * `leader`, `legend`. Points follow the panel's order within their group.
   */
  readonly svg: SVGSVGElement;
  /** accuracy ↔ pixel of the svg's own coordinates */
  readonly x: AccuracyAxis;
  readonly y: AccuracyAxis;
  readonly labels: readonly CheckpointLabel[];
  /** names asked for that found no free place */
  readonly omittedLabels: number;
  /** the figure in words, as in its `desc` */
  readonly description: string;
}

export const SVG = "http://www.w3.org/2000/svg";

/** Height of the frame, as a share of its width, where the options name no height. */
const FRAME_ASPECT = 0.86;

/** Draws one panel by Observable Plot. Runs in a browser, and in Node with the `document` of a DOM library. */
export function plotPanel(panel: ScatterPanel, options: PlotOptions): PanelFigure {
  const { width, theme = LIGHT, fontSize = 9.5 } = options;
  const { forward } = scaleFunctions(panel.scale);
  const entries = options.legend === false ? [] : legendEntries([panel]);
  const margin = { left: fontSize * 4.1, right: fontSize * 0.9, top: fontSize * 2.3, bottom: fontSize * 3.5 };
  const legendWidth = width - margin.left - margin.right;
  const legend = legendHeight(entries, legendWidth, fontSize * 0.92);
  const below = margin.bottom + (legend === 0 ? 0 : legend + fontSize * 0.5);
  const height = options.height ?? wholeInPrint(margin.top + FRAME_ASPECT * legendWidth + below);
  const bottom = height - below;
  const x = accuracyAxis(panel.scale, panel.xDomain, [margin.left, width - margin.right], { direction: "x", fontSize });
  const y = accuracyAxis(panel.scale, panel.yDomain, [bottom, margin.top], { direction: "y", fontSize });
  const style = markStyle(panel, options, theme);
  const { placed, omitted } = labelPanel(
    panel,
    { x, y },
    {
      fontSize: fontSize * 0.87,
      radius: style.radius,
      choice: options.labels ?? defaultLabels(panel),
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
    x: { type: "linear", domain: panel.xDomain.map(forward), range: [...x.range], axis: null, nice: false },
    y: { type: "linear", domain: panel.yDomain.map(forward), range: [...y.range], axis: null, nice: false },
    marks: [
      ...axisMarks(panel, { x, y }, theme, fontSize),
      ...lineMarks(panel, theme),
      ...pointMarks(panel, { x, y }, style),
      ...labelMarks(placed, { x, y }, theme, fontSize * 0.87),
      ...titleMarks(panel, theme, fontSize, width - margin.left - margin.right),
    ],
  }) as SVGSVGElement;
  if (entries.length > 0) {
    const drawn = plotLegend(entries, { ...options, theme, width: legendWidth, fontSize: fontSize * 0.92 });
    drawn.setAttribute("x", String(margin.left));
    drawn.setAttribute("y", String(height - legend - fontSize * 0.4));
    svg.append(drawn);
  }
  fillBackground(svg, theme.background);
  describe(svg, figureText(`${panel.title}: ${panel.yLabel} against ${panel.xLabel}`), description);
  return { svg, x, y, labels: placed, omittedLabels: omitted, description };
}

/** A height that is a whole number of dots at 300 to the inch, so that a picture has no half-covered last row. */
export function wholeInPrint(height: number): number {
  return 8 * Math.ceil(height / 8);
}

/** Puts a rectangle behind all: a background in the style alone is lost where an SVG file becomes a picture. */
export function fillBackground(svg: SVGSVGElement, fill: string): void {
  const background = svg.ownerDocument.createElementNS(SVG, "rect");
  const [width, height] = [svg.getAttribute("width"), svg.getAttribute("height")];
  for (const [name, value] of Object.entries({ class: "background", width, height, fill })) {
    background.setAttribute(name, String(value));
  }
  svg.prepend(background);
}

/** Gives a figure its name and description, for readers that do not see it. */
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

function markStyle(panel: ScatterPanel, { pointTitles = true, width }: PlotOptions, theme: FigureTheme): MarkStyle {
  const count = panel.checkpoints.length;
  const room = Math.min(1, width / 300);
  const radius = (count <= 20 ? 3.4 : count <= 120 ? 2.6 : 2) * Math.max(0.8, room);
  const many = count > 40;
  return { theme, radius, barWidth: many ? 0.6 : 0.9, barOpacity: many ? 0.45 : 0.9, baselineOnTop: many, pointTitles };
}

function axisMarks(
  panel: ScatterPanel,
  { x, y }: { readonly x: AccuracyAxis; readonly y: AccuracyAxis },
  theme: FigureTheme,
  fontSize: number,
): Plot.Markish[] {
  const { forward, inverse } = scaleFunctions(panel.scale);
  const tickFormat = (value: number) => tickLabel(inverse(value));
  const shared = {
    tickFormat,
    tickSize: 3.5,
    tickPadding: 2.5,
    color: theme.muted,
    fontSize,
    labelArrow: "none" as const,
  };
  const xTicks = x.ticks.map(forward);
  const yTicks = y.ticks.map(forward);
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
    Plot.axisX(xTicks, { ...shared, label: null }),
    Plot.axisY(yTicks, { ...shared, label: null }),
    Plot.text([fitLabel(panel.xLabel, Math.abs(x.range[1] - x.range[0]), fontSize)], {
      frameAnchor: "bottom",
      lineAnchor: "top",
      dy: fontSize * 1.95,
      fill: theme.ink,
      fontSize,
      text: String,
      className: "x-label",
    }),
    Plot.text([fitLabel(panel.yLabel, Math.abs(y.range[1] - y.range[0]), fontSize)], {
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

/** An axis label as long as the axis has room for. */
function fitLabel(label: string, room: number, fontSize: number): string {
  const text = figureText(label);
  const shorter = [text];
  for (const part of [/, \w+ scale/, " accuracy", " top-1"]) shorter.push((shorter.at(-1) as string).replace(part, ""));
  return (
    shorter.find((one) => textWidth(one, fontSize) <= room) ?? shortenMiddle(shorter.at(-1) as string, room, fontSize)
  );
}

function titleMarks(panel: ScatterPanel, theme: FigureTheme, fontSize: number, width: number): Plot.Markish[] {
  const lines = panel.lines.filter(({ ofBaseline }) => ofBaseline);
  const [titleSize, fitSize] = [fontSize * 1.16, fontSize * 0.92];
  const title = shortenMiddle(figureText(panel.title), width / BOLD, titleSize);
  const [line] = lines.length === 1 ? lines : [];
  const r2 = line?.r2 == null ? "" : `r² = ${decimal(line.r2, 3)}, `;
  const fit = line === undefined ? "" : `${r2}n = ${line.n}`;
  const room = width - BOLD * textWidth(title, titleSize) - fontSize;
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
    Plot.text(textWidth(fit, fitSize) <= room ? [fit] : [], {
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

function labelMarks(
  labels: readonly CheckpointLabel[],
  { x, y }: { readonly x: AccuracyAxis; readonly y: AccuracyAxis },
  theme: FigureTheme,
  fontSize: number,
): Plot.Markish[] {
  const { forward } = scaleFunctions(x.scale);
  const onX = (pixel: number) => forward(x.toAccuracy(pixel));
  const onY = (pixel: number) => forward(y.toAccuracy(pixel));
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
