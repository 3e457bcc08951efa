/**
 * A computed number as it goes into a CSV cell: 12 significant digits, so that machines whose exponential functions
 * differ in the last bit write the same bytes. Empty where there is none.
 */
export function csvNumber(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(12)));
}
