/** A cell with several parts, each plain text that formats must escape. */
export interface RichCell {
  readonly text: string;
  readonly isBold?: boolean;
  /** superscript after the text: footnote marks */
  readonly marks?: string;
  /** smaller type next to or below the text: an interval */
  readonly small?: string;
}

export type Cell = string | RichCell;

/** A row, or a heading over the rows that follow. */
export type TableRow = readonly Cell[] | { readonly heading: string };

/** Returns whether a row is a heading. */
export function isHeading(row: TableRow): row is { readonly heading: string } {
  return "heading" in row;
}

/** Expands a cell to all its parts. */
export function richCell(cell: Cell): Required<RichCell> {
  const rich = typeof cell === "string" ? { text: cell } : cell;
  return { isBold: false, marks: "", small: "", ...rich };
}
