/** Protects a name for a CSV cell: a spreadsheet would run a name like `=cmd`, so an apostrophe is put before it. */
export function toSpreadsheetText(name: string): string {
  return /^'*[=+\-@\t\r]/.test(name) ? `'${name}` : name;
}

/** Reverses {@link toSpreadsheetText}. */
export function fromSpreadsheetText(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
