import { printable, type TableColumn } from "./text-table.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;" };

/**
 * A table in GitHub's Markdown. Titles and cells are plain text: whatever would be markup in them is shown as it stands.
 *
 * @param rows cells in the columns' order; missing ones are empty
 */
export function formatMarkdownTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => toMarkdownText(title))),
    line(columns.map(({ align }) => (align === "left" ? ":---" : "---:"))),
    ...rows.map((row) => line(columns.map((_, c) => toMarkdownText(row[c] ?? "")))),
  ].join("\n");
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
