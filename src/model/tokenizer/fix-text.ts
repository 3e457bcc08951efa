import { unescapeClosedHtml, WINDOWS_1252_C1 } from "./html-entities.ts";

/**
 * Mends the glitches of a text as ftfy's `fix_text` does by default, all but one: text that was decoded in the wrong
 * encoding ("sÃ³" for "só") stays as it is. What is mended: closed HTML references (unless a "<" came before, on this
 * line or an earlier one), C1 control characters, Latin ligatures, full and half widths, curly quotes, line breaks,
 * lone surrogates, terminal escapes, control characters; then Unicode's form NFC.
 *
 * Source: ftfy 6.3.1, __init__.py `fix_text`, fixes.py and chardata.py (behaviour)
 */
export function fixText(text: string): string {
  if (PLAIN.test(text)) return text;
  let fixed = "";
  let markup = false;
  for (const line of text.match(LINE) ?? []) {
    if (line.includes("<")) markup = true; // its references are meant as such, from here on
    fixed += fixLine(line, markup);
  }
  return fixed;
}

/** Printable ASCII without "&": nothing to mend. */
const PLAIN = /^[\n\x20-\x25\x27-\x7e]*$/;
/** A line with its line feed; other line breaks do not part text. */
const LINE = /[^\n]*\n|[^\n]+/g;

/** Applies every repair in ftfy's order until none changes the line any more. */
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
// Dutch, Afrikaans and Serbo-Croatian digraphs, and ff to st; the long s of U+FB05 stays long.
const LATIN_LIGATURE = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g;
const WIDTH_FORM = /[\u3000\uff01-\uffef]/g; // the ideographic space with them
const DOUBLE_QUOTE = /[\u201c-\u201f]/g;
const SINGLE_QUOTE = /[\u02bc\u2018-\u201b]/g;
const LINE_BREAK = /\r\n|[\r\u2028\u2029]/g; // U+0085 is gone by then, as a C1 control character
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const TERMINAL_ESCAPE = /\x1b\[(?:\p{Nd}|;)*[a-zA-Z]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
