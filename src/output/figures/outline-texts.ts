import type { FontOutlines } from "./font-outlines.ts";

const SVG = "http://www.w3.org/2000/svg";

/** The font faces of figures. */
export interface FigureFonts {
  readonly regular: FontOutlines;
  readonly bold: FontOutlines;
}

/** Characters with simple left-to-right layout; other texts are left to the viewer of the figure. */
const PLAIN =
  /^(?:[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]|(?=[\p{Script=Common}])[^\p{M}\p{Cf}\p{Extended_Pictographic}]|[\d*#])*$/u;

/**
 * Replaces a figure's texts by outlines of their letters, so that it looks the same without the font. The text is kept
 * as the accessible name. A text with a letter that the font lacks remains text.
 */
export function outlineTexts(svg: SVGSVGElement, fonts: FigureFonts): void {
  const used = new Map<string, string>();
  for (const text of [...svg.querySelectorAll("text")]) {
    const content = text.textContent ?? "";
    const isBold = inherited(text, "font-weight") === "bold";
    const font = isBold ? fonts.bold : fonts.regular;
    const glyphs = [...content].map((letter) => font.glyphOf(letter.codePointAt(0) as number));
    if (content === "" || !PLAIN.test(content) || glyphs.includes(0) || text.children.length > 0) continue;
    text.replaceWith(
      outlined(text, content, glyphs, font, (glyph) => {
        const id = `${isBold ? "b" : "a"}-${glyph.toString(36)}`;
        const outline = font.outlineOf(glyph);
        if (outline !== "") used.set(id, outline);
        return outline === "" ? null : id;
      }),
    );
  }
  if (used.size === 0) return;
  svg.setAttribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
  const { ownerDocument: document } = svg;
  const definitions = document.createElementNS(SVG, "defs");
  for (const [id, d] of [...used].sort(([a], [b]) => (a < b ? -1 : 1))) {
    definitions.append(element(document, "path", { id, d }));
  }
  // The title of a figure must come first for screen readers
  const heads = [...svg.children].filter(({ localName }) => localName === "title" || localName === "desc");
  const last = heads.at(-1);
  if (last === undefined) svg.prepend(definitions);
  else last.after(definitions);
}

function outlined(
  text: Element,
  content: string,
  glyphs: readonly number[],
  font: FontOutlines,
  idOf: (glyph: number) => string | null,
): Element {
  const { ownerDocument: document } = text;
  const fontSize = Number.parseFloat(inherited(text, "font-size") ?? "10");
  const scale = fontSize / font.unitsPerEm;
  const advances = glyphs.map(font.advanceOf);
  const width = advances.reduce((sum, advance) => sum + advance, 0);
  const anchor = inherited(text, "text-anchor");
  const shift = anchor === "end" ? -width : anchor === "middle" ? -width / 2 : 0;
  const x = pixels(text.getAttribute("x"), fontSize) + pixels(text.getAttribute("dx"), fontSize) + shift * scale;
  const y = pixels(text.getAttribute("y"), fontSize) + pixels(text.getAttribute("dy"), fontSize);
  const place = `${text.getAttribute("transform") ?? ""} translate(${x},${y}) scale(${scale},${-scale})`.trim();
  const fill = text.getAttribute("fill");
  const group = element(document, "g", {
    transform: place,
    "aria-label": content,
    ...(fill === null ? {} : { fill: fill }),
  });
  const stroke = inherited(text, "stroke");
  // All strokes first, then all letters: a letter's stroke must not cover the previous letter
  const layers =
    stroke === null || stroke === "none"
      ? [group]
      : [
          { "stroke-width": Number((Number(inherited(text, "stroke-width") ?? 1) / scale).toPrecision(4)) },
          { stroke: "none" },
        ].map((look) => element(document, "g", look));
  for (const layer of layers) {
    let at = 0;
    for (const [i, glyph] of glyphs.entries()) {
      const id = idOf(glyph);
      if (id !== null)
        layer.append(element(document, "use", { "xlink:href": `#${id}`, ...(at === 0 ? {} : { x: at }) }));
      at += advances[i] as number;
    }
    if (layer !== group) group.append(layer);
  }
  return group;
}

function element(document: Document, name: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * Returns a presentation attribute of an element or its ancestors; a style takes precedence over an attribute, as in
 * CSS.
 */
function inherited(start: Element, name: string): string | null {
  for (let at: Element | null = start; at !== null; at = at.parentElement) {
    const style = new RegExp(`(?:^|;)\\s*${name}:\\s*([^;]+)`).exec(at.getAttribute("style") ?? "")?.[1];
    const value = style ?? at.getAttribute(name);
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** Converts lengths such as `0.71em` and `3` to pixels. */
function pixels(length: string | null, fontSize: number): number {
  if (length === null) return 0;
  return Number.parseFloat(length) * (length.endsWith("em") ? fontSize : 1);
}
