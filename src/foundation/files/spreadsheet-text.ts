/** A name as it goes into a CSV cell: a spreadsheet would run one like `=cmd`, so an apostrophe goes before it. */
export function toSpreadsheetText(name: string): string {
  return /^'*[=+\-@\t\r]/.test(name) ? `'${name}` : name;
}

/** The name that {@link toSpreadsheetText} wrote. */
export function fromSpreadsheetText(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
