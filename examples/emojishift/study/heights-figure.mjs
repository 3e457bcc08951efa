// The heights of mixtures' lines against the share: a panel a set, with the straight line between the parts and intervals.
import * as Plot from "@observablehq/plot";
import { inverseLogit, logit } from "../../../dist/foundation/statistics/logit.js";
import { FONT_FAMILY } from "../../../dist/output/figures/figure-text.js";
import { LIGHT } from "../../../dist/output/figures/figure-theme.js";
import {
  createFigureDocument,
  PIXELS_PER_INCH,
  TWO_COLUMNS,
  toSvgFile,
} from "../../../dist/output/figures/render-figure.js";

const SVG = "http://www.w3.org/2000/svg";
const FONT_SIZE = 8.6;
const WIDTH = TWO_COLUMNS * PIXELS_PER_INCH;
const COLUMNS = 4;
const PANEL = { width: WIDTH / COLUMNS, height: 176 };
const MARGINS = { marginLeft: 36, marginRight: 6, marginTop: 24, marginBottom: 34 };
const TICKS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];
const [, , , vermilion] = LIGHT.groups;

/**
 * @param heights rows { benchmark, share, estimate, low, high, pictures: { low, high } } on the logit scale
 * @param titles  benchmark → title
 * @returns the text of an SVG file
 */
export async function drawHeights(heights, titles) {
  const document = await createFigureDocument();
  const benchmarks = [...new Set(heights.map(({ benchmark }) => benchmark))];
  const svg = document.createElementNS(SVG, "svg");
  const height = Math.ceil(benchmarks.length / COLUMNS) * PANEL.height;
  const attributes = {
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    "font-family": FONT_FAMILY,
    role: "img",
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, String(value));
  const title = document.createElementNS(SVG, "title");
  title.textContent = "Heights of the lines of mixtures of Noto and EmojiOne, by Noto's share";
  const background = document.createElementNS(SVG, "rect");
  background.setAttribute("width", "100%");
  background.setAttribute("height", "100%");
  background.setAttribute("fill", LIGHT.background);
  svg.append(title, background);
  benchmarks.forEach((benchmark, i) => {
    const rows = heights.filter((row) => row.benchmark === benchmark);
    const panel = drawPanel(document, titles[benchmark] ?? benchmark, rows, i % COLUMNS === 0);
    panel.querySelector("style")?.remove(); // of a page
    panel.setAttribute("role", "img");
    panel.setAttribute("x", String((i % COLUMNS) * PANEL.width));
    panel.setAttribute("y", String(Math.floor(i / COLUMNS) * PANEL.height));
    svg.append(panel);
  });
  return await toSvgFile(svg);
}

function drawPanel(document, title, rows, isFirst) {
  const middle = (Math.min(...rows.map(({ low }) => low)) + Math.max(...rows.map(({ high }) => high))) / 2;
  const reach = Math.max(1.2, ...rows.flatMap(({ low, high }) => [middle - low + 0.1, high - middle + 0.1]));
  const domain = [middle - reach, middle + reach];
  const ticks = TICKS.map(logit).filter((tick) => tick >= domain[0] && tick <= domain[1]);
  const axis = { tickSize: 3, color: LIGHT.muted, label: null };
  const place = { x: "share", y: "estimate" };
  const text = { text: (d) => d };
  const parts = rows.filter(({ share }) => share === 0 || share === 1);
  return Plot.plot({
    document,
    ariaLabel: title,
    ...PANEL,
    ...MARGINS,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: LIGHT.ink, background: "none" },
    x: { domain: [-0.06, 1.06], axis: null },
    y: { domain, axis: null },
    marks: [
      Plot.gridY(ticks, { stroke: LIGHT.grid, strokeOpacity: 1 }),
      Plot.axisX([0, 0.25, 0.5, 0.75, 1], { ...axis, tickFormat: (share) => String(100 * share) }),
      Plot.axisY(ticks, { ...axis, tickFormat: (value) => String(Number((100 * inverseLogit(value)).toFixed(1))) }),
      Plot.frame({ stroke: LIGHT.muted, strokeWidth: 0.8 }),
      Plot.line(parts, { ...place, stroke: LIGHT.muted, strokeDasharray: "3 2.5" }),
      Plot.link(rows, { x1: "share", x2: "share", y1: "low", y2: "high", stroke: vermilion, strokeWidth: 0.8 }),
      Plot.link(rows, {
        x1: "share",
        x2: "share",
        y1: ({ pictures }) => pictures.low,
        y2: ({ pictures }) => pictures.high,
        stroke: vermilion,
        strokeWidth: 2.4,
      }),
      Plot.dot(rows, { ...place, fill: vermilion, stroke: LIGHT.background, strokeWidth: 0.7, r: 3 }),
      Plot.text([title], { ...text, frameAnchor: "top-left", textAnchor: "start", fontWeight: "bold", dy: 8 - 24 - 1 }),
      Plot.text(["Noto's share (%)"], { ...text, frameAnchor: "bottom", lineAnchor: "bottom", dy: 29 }),
      Plot.text(isFirst ? ["top-1 accuracy (%)"] : [], {
        ...text,
        frameAnchor: "left",
        textAnchor: "middle",
        rotate: -90,
        dx: 7 - 36,
      }),
    ],
  });
}
