import { printable } from "../../output/tables/text-table.ts";

/**
 * Prints a command's result to stdout. Control characters in names are escaped so that a terminal does not interpret
 * them; line breaks are kept.
 */
export function printText(text: string): void {
  process.stdout.write(`${printableLines(text)}${text.endsWith("\n") ? "" : "\n"}`);
}

/** Prints a result as JSON. Control characters are written as JSON escapes, so parsing restores them. */
export function printJson(value: unknown): void {
  process.stdout.write(`${toPrintableJson(value)}\n`);
}

/** Escapes control characters in each line of a text. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** Formats JSON without control characters other than line ends. `JSON.stringify` escapes only those below U+0020. */
export function toPrintableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]|\p{Cf}/gu, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
