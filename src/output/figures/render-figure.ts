import { loadSharp } from "../../data/image/load-sharp.ts";
import { figureFonts, withBundledFont } from "./bundled-font.ts";
import { FONT_FAMILY } from "./figure-text.ts";
import { outlineTexts } from "./outline-texts.ts";

/** Widths of printed figures in journals and conferences, in inches; 96 pixels of a figure are one inch. */
export const ONE_COLUMN = 3.25;
export const TWO_COLUMNS = 6.75;
export const PIXELS_PER_INCH = 96;
const PNG_DPI = 300;
/** The density for sharp, which assumes 72 pixels per inch. */
const SVG_DPI = (PNG_DPI * 72) / PIXELS_PER_INCH;

/** Attributes with coordinates. */
const GEOMETRY = [
  "d",
  "transform",
  "x",
  "y",
  "x1",
  "x2",
  "y1",
  "y2",
  "cx",
  "cy",
  "r",
  "width",
  "height",
  "dy",
  "dx",
  "viewBox",
];

/**
 * Creates a document for drawing outside a browser, with linkedom, the smallest DOM library that works with Plot. It is
 * loaded on first use.
 */
export async function createFigureDocument(): Promise<Document> {
  const { parseHTML } = await import("linkedom");
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}

/**
 * Serializes a drawn figure as an SVG file, in inches. Coordinates are rounded to hundredths of a pixel, so that the
 * last digit of a logarithm on another machine does not change the file.
 */
export function toSvgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of GEOMETRY) {
      const value = element.getAttribute(name);
      if (value !== null) element.setAttribute(name, roundNumbers(value));
    }
    // linkedom escapes only quotes in attributes, and an XML file with a bare "&" or "<" is invalid
    for (const { name, value } of [...element.attributes]) {
      if (/[&<]/.test(value)) element.setAttribute(name, value.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
    }
  }
  for (const side of ["width", "height"]) {
    copy.setAttribute(side, `${Number((Number(copy.getAttribute(side)) / PIXELS_PER_INCH).toFixed(4))}in`);
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${copy.outerHTML}\n`;
}

/**
 * Serializes a figure with outlines of letters instead of texts, so that it looks the same without its font and every
 * text has its measured width.
 */
export async function toSvgFile(svg: SVGSVGElement): Promise<string> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  outlineTexts(copy, await figureFonts());
  return toSvgText(copy);
}

/** Rounds to hundredths of a pixel, and factors of a scale to six digits. */
function roundNumbers(value: string): string {
  return value.replace(/scale\([^)]*\)|-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+/gi, (number) =>
    number.startsWith("scale")
      ? number.replace(/[-\d.e]+(?=[,)])/g, (factor) => String(Number(Number(factor).toPrecision(6))))
      : String(Number(Number(number).toFixed(2)) + 0),
  );
}

/**
 * Renders SVG text as PNG at 300 dots per inch with sharp and the font in the package, so that the result is the same
 * on a machine without fonts. Scripts that the font lacks (Chinese, emoji, …) use the system's fonts if there are any.
 */
export async function toPng(svgText: string): Promise<Uint8Array> {
  const inBundledFont = svgText
    .replaceAll(FONT_FAMILY, `Arimo, ${FONT_FAMILY}`)
    .replace(/^<svg[^>]*>/, (root) =>
      root.replace(/"([\d.]+)in"/g, (_, inches) => `"${Number(inches) * PIXELS_PER_INCH}"`),
    );
  const draw = async () =>
    loadSharp()(Buffer.from(inBundledFont), { density: SVG_DPI })
      .png({ palette: true, effort: 2, dither: 0 })
      .withMetadata({ density: PNG_DPI })
      .toBuffer();
  return /<text\b/.test(inBundledFont) ? withBundledFont(draw) : draw();
}
