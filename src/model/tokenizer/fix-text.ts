import { unescapeClosedHtml, WINDOWS_1252_C1 } from "./html-entities.ts";

/**
 * Fixes a text as ftfy's `fix_text` does by default, with one exception: text that was decoded in the wrong encoding ("sÃ³" for
 * "só") is not changed. It fixes closed HTML references (unless a "<" precedes, on this line or an earlier one), C1 control
 * characters, Latin ligatures, full-width and half-width characters, curly quotes, line breaks, lone surrogates, terminal escapes
 * and control characters, and then applies Unicode's form NFC.
 *
 * Source: ftfy 6.3.1, __init__.py `fix_text`, fixes.py and chardata.py (behavior)
 */
export function fixText(text: string): string {
  if (PLAIN.test(text)) return text;
  let fixed = "";
  let markup = false;
  for (const line of text.match(LINE) ?? []) {
    if (line.includes("<")) markup = true; // from here on, references are intended as such
    fixed += fixLine(line, markup);
  }
  return fixed;
}

/** Printable ASCII without "&": nothing to fix. */
const PLAIN = /^[\n\x20-\x25\x27-\x7e]*$/;
/** A line with its line feed; other line breaks do not separate lines. */
const LINE = /[^\n]*\n|[^\n]+/g;

/** Applies every fix in ftfy's order until none changes the line. */
function fixLine(line: string, markup: boolean): string {
  for (let text = line; ; ) {
    const before = text;
    if (!markup) text = unescapeClosedHtml(text);
    text = text
      .replace(C1_CONTROL, (control) => WINDOWS_1252_C1[control.charCodeAt(0) - 0x80] as string)
      .replace(LATIN_LIGATURE, (ligature) => (ligature === "\ufb05" ? "\u017ft" : ligature.normalize("NFKC")))
      .replace(WIDTH_FORM, (form) => form.normalize("NFKC"))
      .replace(DOUBLE_QUOTE, '"')
      .replace(SINGLE_QUOTE, "'")
      .replace(LINE_BREAK, "\n")
      .toWellFormed()
      .replace(TERMINAL_ESCAPE, "")
      .replace(CONTROL, "")
      .normalize("NFC");
    if (text === before) return text;
  }
}

const C1_CONTROL = /[\x80-\x9f]/g;
// Dutch, Afrikaans and Serbo-Croatian digraphs, and ff to st; U+FB05 keeps its long s.
const LATIN_LIGATURE = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g;
const WIDTH_FORM = /[\u3000\uff01-\uffef]/g; // including the ideographic space
const DOUBLE_QUOTE = /[\u201c-\u201f]/g;
const SINGLE_QUOTE = /[\u02bc\u2018-\u201b]/g;
const LINE_BREAK = /\r\n|[\r\u2028\u2029]/g; // U+0085 was already replaced as a C1 control character
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches the escape character on purpose
const TERMINAL_ESCAPE = /\x1b\[(?:\p{Nd}|;)*[a-zA-Z]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
const CONTROL = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
