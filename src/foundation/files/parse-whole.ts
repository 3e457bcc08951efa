/** A whole number as people and spreadsheets write it, "007" and "7.0" too; null for anything else: an empty cell is no 0. */
export function parseWhole(cell: string | undefined): number | null {
  return cell !== undefined && /^\d{1,15}(?:\.0*)?$/.test(cell) ? Number(cell) : null;
}
