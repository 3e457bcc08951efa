import { legendEntries, legendHeight, plotLegend } from "./figure-legend.ts";
import { FONT_FAMILY, figureText, textWidth } from "./figure-text.ts";
import { LIGHT } from "./figure-theme.ts";
import { describe, fillBackground, type PlotOptions, plotPanel, SVG, wholeInPrint } from "./plot-panel.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

export interface GridOptions extends Omit<PlotOptions, "height" | "legend"> {
  readonly document: Document;
  /** default: 3, fewer where there are fewer panels */
  readonly columns?: number;
}

/** Draws all panels in a grid with one legend below. */
export function plotGrid(panels: readonly ScatterPanel[], options: GridOptions): SVGSVGElement {
  const { document, width, theme = LIGHT, fontSize = 8.6, measure = textWidth } = options;
  const columns = Math.max(1, Math.min(options.columns ?? 3, panels.length));
  const cell = width / columns;
  const figures = panels.map((panel) =>
    plotPanel(panel, {
      ...options,
      theme,
      fontSize,
      width: cell,
      legend: false,
      pointTitles: options.pointTitles ?? false,
    }),
  );
  const rows = Math.ceil(figures.length / columns);
  const rowHeight = Math.max(0, ...figures.map(({ svg }) => Number(svg.getAttribute("height"))));
  const entries = legendEntries(panels);
  const inset = fontSize * 1.5;
  const legendTop = rows * (rowHeight + GAP);
  const room = { width: width - 2 * inset, fontSize, measure };
  const height = wholeInPrint(legendTop + legendHeight(entries, room) + fontSize * 0.6);

  const svg = document.createElementNS(SVG, "svg") as SVGSVGElement;
  for (const [name, value] of Object.entries({
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    class: "scatter-grid",
  })) {
    svg.setAttribute(name, String(value));
  }
  svg.setAttribute("font-family", FONT_FAMILY);
  fillBackground(svg, theme.background);
  figures.forEach(({ svg: panel }, i) => {
    panel.setAttribute("x", String((i % columns) * cell));
    panel.setAttribute("y", String(Math.floor(i / columns) * (rowHeight + GAP)));
    svg.append(panel);
  });
  if (entries.length > 0) {
    const legend = plotLegend(entries, { document, theme, ...room });
    legend.setAttribute("x", String(inset));
    legend.setAttribute("y", String(legendTop));
    svg.append(legend);
  }
  const titles = panels.map(({ title }) => title).join(", ");
  describe(
    svg,
    figureText(`Accuracy under distribution shift: ${titles}`),
    figures.map(({ description }) => description).join(" "),
  );
  return svg;
}

/** Pixels between rows of panels. */
const GAP = 6;
