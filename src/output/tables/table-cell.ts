/** A cell that is more than a text: plain texts all of them, whatever a format would obey in them is shown as it stands. */
export interface RichCell {
  readonly text: string;
  readonly isBold?: boolean;
  /** raised behind the text: marks of footnotes */
  readonly marks?: string;
  /** in smaller type beside or under the text: an interval */
  readonly small?: string;
}

export type Cell = string | RichCell;

/** A row, or a heading over those that follow. */
export type TableRow = readonly Cell[] | { readonly heading: string };

/** Whether a row is a heading. */
export function isHeading(row: TableRow): row is { readonly heading: string } {
  return "heading" in row;
}

/** A cell with all its parts. */
export function richCell(cell: Cell): Required<RichCell> {
  const rich = typeof cell === "string" ? { text: cell } : cell;
  return { isBold: false, marks: "", small: "", ...rich };
}
