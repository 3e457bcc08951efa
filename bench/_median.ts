import { quantileSorted } from "simple-statistics";

/** Formats median, minimum and maximum. */
export function spread(values: readonly number[], digits = 2): string {
  const sorted = [...values].sort((a, b) => a - b);
  const show = (p: number) => quantileSorted(sorted, p).toFixed(digits);
  return `${show(0.5)} (${show(0)} to ${show(1)})`;
}
