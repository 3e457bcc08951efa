import { type Cell, isHeading, richCell, type TableRow } from "./table-cell.ts";
import { printable, type TableColumn } from "./text-table.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;" };

/**
 * A table in GitHub's Markdown. Titles and cells are plain text: whatever would be markup in them is shown as it stands.
 *
 * @param rows cells in the columns' order; missing ones are empty
 */
export function formatMarkdownTable(columns: readonly TableColumn[], rows: readonly TableRow[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => toMarkdownText(title))),
    line(columns.map(({ align }) => (align === "left" ? ":---" : "---:"))),
    ...rows.map((row) => line(columns.map((_, c) => cellText(isHeading(row) ? heading(row, c) : (row[c] ?? ""))))),
  ].join("\n");
}

/** GitHub's tables have no cell over several columns: a heading is a row's first cell. */
function heading(row: { readonly heading: string }, column: number): Cell {
  return column === 0 ? { text: row.heading, isBold: true } : "";
}

function cellText(cell: Cell): string {
  const { text, isBold, marks, small } = richCell(cell);
  const shown = isBold && text !== "" ? `**${toMarkdownText(text)}**` : toMarkdownText(text);
  const beside = [marks, small === "" ? "" : `(${small})`].filter((part) => part !== "").map(toMarkdownText);
  return [shown, ...beside].join(" ");
}

/**
 * Text as it reads in Markdown, within a table or without: markup characters get a backslash, and what GitHub would make
 * a link or a mention (`@name`, `www.…`, `https://…`) an entity. Control characters are shown as escapes.
 */
export function toMarkdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]|~#$!]/g, "\\$&")
    .replace(/[&<>@]/g, (character) => ENTITIES[character] as string)
    .replace(/:(?=\/\/)/g, "&#58;")
    .replace(/(www)\./gi, "$1&#46;");
}
