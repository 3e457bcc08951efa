import { plural } from "../../foundation/number-text.ts";
export interface TableColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A column of text. */
export function left(title: string): TableColumn {
  return { title, align: "left" };
}

/** A column of numbers. */
export function right(title: string): TableColumn {
  return { title, align: "right" };
}

/** Lays out a table for a terminal: columns two spaces apart, a line under the titles. */
export function formatTextTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, c) => Math.max(title.length, ...rows.map((row) => (row[c] ?? "").length)));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, c) => {
        const cell = cells[c] ?? "";
        return align === "left" ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].join("\n");
}

/** The line below a table that does not show all rows. @param file with all rows; null if none is written */
export function moreRows(count: number, file: string | null): string[] {
  if (count === 0) return [];
  return [`… and ${plural(count, "more row")}${file === null ? "" : ` in ${printable(file)}`}`];
}

/** Makes untrusted text safe for a terminal: control characters are shown as escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`);
}
