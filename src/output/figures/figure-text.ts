/** Fonts with the same widths on every system: Arial on Windows and macOS, Liberation Sans on Linux, Arimo for PNG. */
export const FONT_FAMILY = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif";

/** Advance widths of Arial (and of Arimo and Liberation Sans) in thousandths of an em, from U+0020 to U+007E. */
const WIDTHS = [
  ...[278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278],
  ...[556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556],
  ...[1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778],
  ...[667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556],
  ...[333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556],
  ...[556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584],
];
/** The same from U+00A0 to U+00FF. */
const LATIN_1_WIDTHS = [
  ...[278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552],
  ...[400, 549, 333, 333, 333, 576, 537, 333, 333, 333, 365, 556, 834, 834, 834, 611],
  ...[667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278],
  ...[722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611],
  ...[556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278],
  ...[556, 556, 556, 556, 556, 556, 556, 549, 611, 556, 556, 556, 556, 500, 556, 500],
];
/** The same for symbols in numbers and shortened names. */
const SIGNS: Readonly<Record<string, number>> = {
  "–": 556,
  "—": 1000,
  "‘": 222,
  "’": 222,
  "“": 333,
  "”": 333,
  "†": 556,
  "‡": 556,
  "…": 1000,
  "−": 584,
};
/** Width of characters that are not in the tables: an upper bound for most scripts. */
const OTHER = 700;
const WIDE = 1300; // emoji, and Chinese, Japanese and Korean
/** Maximum width ratio of Arial Bold for characters in titles. */
export const BOLD = 1.1;

const WIDE_CHARACTER =
  /[\p{Extended_Pictographic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff00-\uffef]/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Returns the width of a text in pixels. A page measures in its browser; see {@link textWidth} for files. */
export type TextMeasure = (text: string, fontSize: number) => number;

/** Returns the width of a text in pixels, from the metrics of the font used in files. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const code = segment.length === 1 ? segment.charCodeAt(0) : 0;
    const known = WIDTHS[code - 0x20] ?? LATIN_1_WIDTHS[code - 0xa0] ?? SIGNS[segment];
    width += known ?? (WIDE_CHARACTER.test(segment) ? WIDE : OTHER);
  }
  return (width / 1000) * fontSize;
}

/**
 * Makes untrusted text safe for a figure: characters that XML forbids, that are invisible, or that change the text
 * direction are shown as their code, `\u{202e}`. Joiners of emoji stay.
 */
export function figureText(name: string): string {
  return name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffe\uffff]/gu, (c) =>
      /[\u200c\u200d]/.test(c) ? c : `\\u{${c.codePointAt(0)?.toString(16)}}`,
    );
}

/** Cuts a name in the middle to fit a width: start and end distinguish names. */
export function shortenMiddle(name: string, width: number, fontSize: number, measure: TextMeasure = textWidth): string {
  if (measure(name, fontSize) <= width) return name;
  const parts = [...graphemes.segment(name)].map(({ segment }) => segment);
  for (let kept = Math.min(parts.length - 1, 400); kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const short = `${parts.slice(0, head).join("")}…${parts.slice(parts.length - (kept - head)).join("")}`;
    if (measure(short, fontSize) <= width) return short;
  }
  return "…";
}
