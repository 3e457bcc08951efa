// The figure of README.md: lines and heights of the theory, and EmojiShift's heights for comparison.
import * as Plot from "@observablehq/plot";
import { scaleFunctions } from "../../dist/analysis/lines/fit-scale.js";
import { FONT_FAMILY } from "../../dist/output/figures/figure-text.js";
import { LIGHT } from "../../dist/output/figures/figure-theme.js";
import {
  createFigureDocument,
  PIXELS_PER_INCH,
  TWO_COLUMNS,
  toSvgFile,
} from "../../dist/output/figures/render-figure.js";

const SVG = "http://www.w3.org/2000/svg";
const FONT_SIZE = 8.6;
const WIDTH = TWO_COLUMNS * PIXELS_PER_INCH;
const PANEL = { width: WIDTH / 3, height: 236 };
const [blue, orange, green, vermilion, , sky] = LIGHT.groups;
/** Colors of the second source's share, from 0 to 1. */
const SHARE_COLORS = [blue, sky, LIGHT.muted, orange, vermilion];
const SHIFT_COLORS = [blue, vermilion, green];
const LABEL = { fill: LIGHT.ink, fontSize: FONT_SIZE, textAnchor: "start", stroke: LIGHT.background, strokeWidth: 3 };

/**
 * @param lines    title, labels, domains and ticks; series: [{ label, points: [{ x, y }], ends: two such points }], one per line; all accuracies
 * @param theory   likewise, with the scale of y; shifts: [{ label, curves: [{ points: [{ share, height }], dashed }], rows }], rows with
 *                 share, height, low, high
 * @param measured as theory
 * @returns the text of an SVG file
 */
export async function drawFigure({ lines, theory, measured }) {
  const document = await createFigureDocument();
  const panels = [drawLines(document, lines), drawHeights(document, theory), drawHeights(document, measured)];
  const svg = document.createElementNS(SVG, "svg");
  const height = PANEL.height;
  const attributes = {
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    "font-family": FONT_FAMILY,
    role: "img",
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, String(value));
  const title = document.createElementNS(SVG, "title");
  title.textContent = "Mixtures of two sources: theory and EmojiShift";
  const background = document.createElementNS(SVG, "rect");
  background.setAttribute("width", "100%");
  background.setAttribute("height", "100%");
  background.setAttribute("fill", LIGHT.background);
  svg.append(title, background);
  panels.forEach((panel, i) => {
    panel.querySelector("style")?.remove(); // of a page
    panel.setAttribute("role", "img");
    panel.setAttribute("x", String(i * PANEL.width));
    svg.append(panel);
  });
  return await toSvgFile(svg);
}

function drawLines(document, { title, remark, xLabel, yLabel, xTicks, yTicks, xDomain, yDomain, series }) {
  const { forward } = scaleFunctions("probit");
  const at = ({ x, y }) => ({ x: forward(x), y: forward(y) });
  const last = ({ ends }) => at(ends[1]);
  return plot(document, {
    title,
    remark,
    xLabel,
    yLabel,
    x: { domain: xDomain.map(forward), ticks: xTicks.map(forward), tickFormat: percentOf("probit") },
    y: { domain: yDomain.map(forward), ticks: yTicks.map(forward), tickFormat: percentOf("probit") },
    marks: series.flatMap((line, i) => [
      Plot.line(line.ends.map(at), { x: "x", y: "y", stroke: SHARE_COLORS[i], strokeWidth: 1.4 }),
      Plot.dot(line.points.map(at), { x: "x", y: "y", fill: SHARE_COLORS[i], r: 1.7, fillOpacity: 0.75 }),
      Plot.text([last(line)], { ...LABEL, x: "x", y: "y", text: () => line.label, fill: SHARE_COLORS[i], dx: 4 }),
    ]),
  });
}

function drawHeights(document, { title, remark, xLabel, yLabel, scale, yTicks, yDomain, shifts }) {
  const { forward } = scaleFunctions(scale);
  return plot(document, {
    title,
    remark,
    xLabel,
    yLabel,
    x: {
      domain: [-0.04, 1.04],
      ticks: [0, 0.25, 0.5, 0.75, 1],
      tickFormat: (share) => String(Math.round(100 * share)),
    },
    y: { domain: yDomain.map(forward), ticks: yTicks.map(forward), tickFormat: percentOf(scale) },
    marks: shifts.flatMap(({ label, curves, rows }, i) => {
      const place = { x: "share", y: ({ height }) => forward(height) };
      return [
        ...curves.map(({ points, dashed }) =>
          Plot.line(points, {
            ...place,
            stroke: SHIFT_COLORS[i],
            strokeWidth: dashed ? 1.1 : 1.5,
            ...(dashed ? { strokeDasharray: "3 2.5" } : {}),
          }),
        ),
        Plot.link(rows, {
          x1: "share",
          x2: "share",
          y1: ({ low }) => Math.max(forward(low), forward(yDomain[0])),
          y2: ({ high }) => Math.min(forward(high), forward(yDomain[1])),
          stroke: SHIFT_COLORS[i],
          strokeWidth: 0.9,
        }),
        Plot.dot(rows, { ...place, fill: SHIFT_COLORS[i], stroke: LIGHT.background, strokeWidth: 0.7, r: 3 }),
        Plot.text([label], {
          ...LABEL,
          x: "share",
          y: ({ height }) => forward(height),
          text: "text",
          textAnchor: label.anchor,
          dy: label.dy ?? 0,
          fill: SHIFT_COLORS[i],
        }),
      ];
    }),
  });
}

function plot(document, { title, remark, xLabel, yLabel, x, y, marks }) {
  const axis = { tickSize: 3, color: LIGHT.muted };
  const margins = { marginLeft: 38, marginRight: 16, marginTop: 24, marginBottom: 34 };
  const { marginLeft: left, marginTop: top, marginBottom: bottom } = margins;
  const frame = { frameAnchor: "top-left", textAnchor: "start" };
  return Plot.plot({
    document,
    ariaLabel: title,
    ...PANEL,
    ...margins,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: LIGHT.ink, background: "none" },
    x: { ...x, axis: null },
    y: { ...y, axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: LIGHT.grid, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: LIGHT.grid, strokeOpacity: 1 }),
      Plot.axisX(x.ticks, { ...axis, tickFormat: x.tickFormat, label: null }),
      Plot.axisY(y.ticks, { ...axis, tickFormat: y.tickFormat, label: null }),
      Plot.frame({ stroke: LIGHT.muted, strokeWidth: 0.8 }),
      ...marks,
      Plot.text([title], {
        ...frame,
        text: (d) => d,
        fontWeight: "bold",
        fontSize: FONT_SIZE + 0.6,
        dy: 8 - top - 1,
        dx: 0,
      }),
      Plot.text([xLabel], { frameAnchor: "bottom", text: (d) => d, lineAnchor: "bottom", dy: bottom - 5 }),
      Plot.text([yLabel], { frameAnchor: "left", textAnchor: "middle", text: (d) => d, rotate: -90, dx: 9 - left }),
      Plot.text(remark === undefined ? [] : [remark], {
        ...frame,
        text: (d) => d,
        fill: LIGHT.muted,
        fontSize: FONT_SIZE - 0.8,
        dx: 5,
        dy: 5,
      }),
    ],
  });
}

const percentOf = (scale) => (value) => String(Number((100 * scaleFunctions(scale).inverse(value)).toFixed(1)));
