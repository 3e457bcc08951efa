import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { figureFonts } from "../../../src/output/figures/bundled-font.ts";
import { textWidth } from "../../../src/output/figures/figure-text.ts";
import { parseFont } from "../../../src/output/figures/font-outlines.ts";
import { plotPanel } from "../../../src/output/figures/plot-panel.ts";
import { toPng, toSvgFile } from "../../../src/output/figures/render-figure.ts";
import { newDocument, only, panelsOfNames } from "./samples.ts";

const fontfile = createRequire(import.meta.url).resolve("@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf");
const LETTERS = [...Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)), ..."é½ÅçŁ…−†αЖ"];

/** Where ink is in a picture: its box, and its sum. */
async function ink(picture: Sharp) {
  const { data, info } = await picture.grayscale().raw().toBuffer({ resolveWithObject: true });
  let [left, top, right, bottom, sum] = [info.width, info.height, -1, -1, 0];
  for (let i = 0; i < data.length; i++) {
    const dark = 255 - (data[i] as number);
    sum += dark;
    if (dark < 64) continue;
    const [x, y] = [i % info.width, Math.floor(i / info.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  return { width: right - left + 1, height: bottom - top + 1, sum: sum / 255 };
}

describe("the letters of the font that comes with the package", () => {
  const font = parseFont(readFileSync(fontfile));

  it("have the outlines that Pango and FreeType draw", async () => {
    const size = 200;
    for (const letter of LETTERS) {
      const d = font.outlineOf(font.glyphOf(letter.codePointAt(0) as number));
      const scale = size / font.unitsPerEm;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320"><rect width="320" height="320" fill="#fff"/><path transform="translate(60,230) scale(${scale},${-scale})" d="${d}"/></svg>`;
      const markup = letter.replace("&", "&amp;").replace("<", "&lt;");
      const text = { text: markup, font: `Arimo ${size}`, fontfile, dpi: 72 };
      const drawn = await ink(sharp(await sharp({ text }).png().toBuffer()).negate({ alpha: false }));
      const outlined = await ink(sharp(Buffer.from(svg)));
      // FreeType's hints move edges to whole pixels
      expect(Math.abs(outlined.width - drawn.width), `width of ${letter}`).toBeLessThanOrEqual(3);
      expect(Math.abs(outlined.height - drawn.height), `height of ${letter}`).toBeLessThanOrEqual(3);
      expect(Math.abs(outlined.sum / drawn.sum - 1), `ink of ${letter}`).toBeLessThan(0.06);
    }
  });

  it("have the widths that texts are laid out by", () => {
    const known = [
      ...Array.from({ length: 95 }, (_, i) => 0x20 + i),
      ...Array.from({ length: 96 }, (_, i) => 0xa0 + i),
    ];
    for (const code of [...known, ...[..."–—‘’“”†‡…−"].map((sign) => sign.codePointAt(0) as number)]) {
      const letter = String.fromCodePoint(code);
      const advance = font.advanceOf(font.glyphOf(code)) / font.unitsPerEm;
      expect(textWidth(letter, 1), letter).closeTo(advance, 0.0006); // thousandths of an em
    }
  });
});

describe("a figure's file", () => {
  it("has outlines in place of its texts, as wide as they were laid out, and keeps the text", async () => {
    const { svg, labels } = plotPanel(only(await panelsOfNames(["ViT-B-32/laion2b", "RN50–x4…"])), {
      document: newDocument(),
      width: 312,
    });
    const texts = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
    const file = await toSvgFile(svg);
    expect(file).not.toContain("<text");
    for (const text of texts) expect(file).toContain(`aria-label="${text}"`);
    expect(svg.querySelectorAll("text").length).toBe(texts.length); // the figure itself is left as it is
    const { regular } = await figureFonts();
    for (const { text, box } of labels) {
      const width = [...text].reduce(
        (sum, letter) => sum + regular.advanceOf(regular.glyphOf(letter.codePointAt(0) as number)),
        0,
      );
      expect((width / regular.unitsPerEm) * 9.5 * 0.87).closeTo(box.right - box.left, 0.05);
    }
    expect([...file.matchAll(/xlink:href="#([^"]+)"/g)].every(([, id]) => file.includes(`id="${id}"`))).toBe(true);
  });

  it("keeps a text with letters that the font lacks, joins or turns", async () => {
    for (const name of ["模型-大", "نموذج", "👩🏽‍🚀 model", "e\u0301"]) {
      const { svg } = plotPanel(only(await panelsOfNames([name])), { document: newDocument(), width: 312 });
      const file = await toSvgFile(svg);
      expect(file.match(/<text[^>]*>/g), name).toHaveLength(1);
      await expect(toPng(file)).resolves.toBeInstanceOf(Uint8Array);
    }
  });

  it("draws a name over its rim, the rims of all its letters below all letters", async () => {
    const { svg } = plotPanel(only(await panelsOfNames(["abc"])), { document: newDocument(), width: 312 });
    const found = /<g [^>]*aria-label="abc"[^>]*>(.*?)<\/g><\/g>/.exec(await toSvgFile(svg))?.[1] ?? "";
    const [rims, letters] = found.split("</g>");
    expect(rims).toMatch(/^<g stroke-width="\d+(\.\d+)?">(<use [^>]*>){3}$/);
    expect(letters).toMatch(/^<g stroke="none">(<use [^>]*>){3}$/);
  });

  it("come after a figure's title, which screen readers look for first", async () => {
    const svg = newDocument().createElementNS("http://www.w3.org/2000/svg", "svg") as unknown as SVGSVGElement;
    svg.innerHTML = "<title>What it shows</title><text>A</text>";
    expect(await toSvgFile(svg)).toMatch(/<svg[^>]*><title>What it shows<\/title><defs>/);
  });
});
