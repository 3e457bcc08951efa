import { readFileSync } from "node:fs";

/**
 * Replaces HTML character references as Python's `html.unescape` does: numeric ones with HTML 5's rules for invalid numbers,
 * named ones by their longest known name, with an optional semicolon where HTML 5 allows it ("&ampx" → "&x").
 *
 * Source: CPython 3.11 Lib/html/__init__.py (behavior); WHATWG HTML, "numeric character reference end state".
 */
export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (whole, body: string) =>
    body.startsWith("#") ? numericReference(body) : (namedReference(body) ?? whole),
  );
}

/**
 * Replaces only the unambiguous references, as ftfy's `unescape_html` does: those closed by a semicolon, and names that some
 * program has converted to upper case ("P&EACUTE;REZ" → "PÉREZ").
 *
 * Source: ftfy 6.3.1 fixes.py and chardata.py (behavior)
 */
export function unescapeClosedHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(CLOSED_REFERENCE, (whole) => {
    if (!whole.startsWith("&#")) return closedName(whole) ?? whole;
    const unescaped = unescapeHtml(whole);
    return unescaped.includes(";") ? whole : unescaped; // a part remained, or it is the semicolon itself: keep it
  });
}

/**
 * Windows-1252's characters for the bytes 0x80 to 0x9f, with Latin-1's control characters for the five unassigned ones: nearly
 * always the intended meaning of a C1 control character (HTML 5 and ftfy agree).
 */
export const WINDOWS_1252_C1 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;
const CLOSED_REFERENCE = /&#?[0-9A-Za-z]{1,24};/g;

function numericReference(body: string): string {
  const digits = body.replace(/;$/, "");
  const hexadecimal = digits[1] === "x" || digits[1] === "X";
  const codePoint = hexadecimal ? Number.parseInt(digits.slice(2), 16) : Number(digits.slice(1));
  if (codePoint === 0 || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return "\ufffd";
  if (codePoint >= 0x80 && codePoint <= 0x9f) return WINDOWS_1252_C1[codePoint - 0x80] as string;
  return isDropped(codePoint) ? "" : String.fromCodePoint(codePoint);
}

/** Whether Python drops a code point: control characters and noncharacters, except tab, line feed and carriage return. */
function isDropped(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint !== 0x09 && codePoint !== 0x0a && codePoint !== 0x0d && codePoint !== 0x0c;
  return codePoint === 0x7f || (codePoint >= 0xfdd0 && codePoint <= 0xfdef) || (codePoint & 0xfffe) === 0xfffe;
}

function namedReference(body: string): string | undefined {
  const names = entities();
  for (let end = body.length; end > 1; end--) {
    const characters = names.get(body.slice(0, end));
    if (characters !== undefined) return characters + body.slice(end);
  }
  return undefined;
}

function closedName(reference: string): string | undefined {
  const name = reference.slice(1);
  const characters = entities().get(name);
  if (characters !== undefined) return characters;
  // A lower-case name in upper case is accepted only if HTML 5 recognizes no part of it ("&GTCC;" contains "&GT").
  const lower = name.toLowerCase();
  if (name !== lower.toUpperCase() || unescapeHtml(reference) !== reference) return undefined;
  return entities().get(lower)?.toUpperCase();
}

const ENTITIES = new URL("../../../prompts/tokenizers/html-entities.json", import.meta.url);
let loaded: ReadonlyMap<string, string> | undefined;

/** HTML 5's 2,231 names without "&", with the semicolon if it is required; read at the first text that contains "&". */
function entities(): ReadonlyMap<string, string> {
  loaded ??= new Map(Object.entries(JSON.parse(readFileSync(ENTITIES, "utf8")) as Record<string, string>));
  return loaded;
}
