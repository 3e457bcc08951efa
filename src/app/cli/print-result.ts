import { printable } from "../../output/tables/text-table.ts";

/**
 * A command's result as it goes to stdout: control characters that names brought along are shown as escapes, so that no
 * terminal obeys them. Lines stay lines.
 */
export function printText(text: string): void {
  process.stdout.write(`${printableLines(text)}${text.endsWith("\n") ? "" : "\n"}`);
}

/** The same as JSON: control characters are written as JSON's own escapes, which read back as they were. */
export function printJson(value: unknown): void {
  process.stdout.write(`${toPrintableJson(value)}\n`);
}

/** Text of several lines, each made safe for a terminal. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** JSON without a control character but the ends of its lines. `JSON.stringify` itself escapes those below U+0020 alone. */
export function toPrintableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]|\p{Cf}/gu, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
