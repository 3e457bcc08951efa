import { type Cell, isHeading, richCell, type TableRow } from "./table-cell.ts";
import { printable, type TableColumn } from "./text-table.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;" };

/**
 * Formats a table in GitHub's Markdown. Titles and cells are plain text: markup in them is escaped.
 *
 * @param rows cells in the order of the columns; missing cells are empty
 */
export function formatMarkdownTable(columns: readonly TableColumn[], rows: readonly TableRow[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => toMarkdownText(title))),
    line(columns.map(({ align }) => (align === "left" ? ":---" : "---:"))),
    ...rows.map((row) => line(columns.map((_, c) => cellText(isHeading(row) ? heading(row, c) : (row[c] ?? ""))))),
  ].join("\n");
}

/** GitHub's tables have no cells that span columns, so a heading is the first cell of a row. */
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
 * Escapes text for Markdown, inside and outside tables: markup characters get a backslash, and links or mentions that
 * GitHub would detect (`@name`, `www.…`, `https://…`) get an entity. Control characters are shown as escapes.
 */
export function toMarkdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]|~#$!]/g, "\\$&")
    .replace(/[&<>@]/g, (character) => ENTITIES[character] as string)
    .replace(/:(?=\/\/)/g, "&#58;")
    .replace(/(www)\./gi, "$1&#46;");
}
