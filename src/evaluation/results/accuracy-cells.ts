import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";

/** A number in common notation. */
export const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Maximum number of images; larger than any data set. */
export const MAX_IMAGES = 2 ** 31;
/** Relative tolerance for rounding differences between machines. */
const EXACT = 1e-9;
/** Minimum number of decimals of a rounded value; fewer are assumed exact. */
const ROUNDED_FROM = 2;

/**
 * Describes what contradicts the accuracy of a table row: another accuracy column, its bounds, or its counts. Tables of
 * `evaluate`, whose rows name their interval, have all digits; other tables may be rounded.
 *
 * @param column column of the accuracy, a fraction
 * @returns null if nothing does
 */
export function contradictionOfCells(record: Readonly<Record<string, string>>, column: string): string | null {
  const cell = record[column] as string;
  const isOurs = (record.interval ?? "") !== "";
  const close = (a: string, b: string | number) =>
    Math.abs(Number(a) - Number(b)) <=
    (isOurs ? EXACT : Math.max(halfDigit(a), typeof b === "string" ? halfDigit(b) : 0));
  for (const name of ["value", "accuracy", "low", "high", "n", "correct"]) {
    const cellText = record[name] ?? "";
    if (cellText !== "" && !NUMBER.test(cellText)) return `${name}: expected a number, found "${cellText}"`;
  }
  const { value = "", accuracy = "", low = "", high = "", n = "", correct = "" } = record;
  if (value !== "" && accuracy !== "" && !close(value, accuracy))
    return `value is ${value}, but accuracy is ${accuracy}`;
  if (low !== "" && !(Number(low) >= 0 && (Number(low) <= Number(cell) || close(cell, low)))) {
    return `${column} is ${cell}, but low is ${low}`;
  }
  if (high !== "" && !(Number(high) <= 1 && (Number(high) >= Number(cell) || close(cell, high)))) {
    return `${column} is ${cell}, but high is ${high}`;
  }
  if (correct === "" || n === "") return null;
  const [right, images] = [Number(correct), Number(n)];
  if (!(Number.isSafeInteger(images) && images > 0)) return `n: expected an integer number of images, found "${n}"`;
  if (!(Number.isSafeInteger(right) && right >= 0 && right <= images)) {
    return `correct: expected a whole number from 0 to ${n}, found "${correct}"`;
  }
  if (!close(cell, right / images))
    return `${column} is ${cell}, but ${right} of ${n} images right are ${right / images}`;
  if (record.interval !== "clopper-pearson") return null;
  const bounds = binomialInterval(right, images);
  if ((low === "" || close(low, bounds.low)) && (high === "" || close(high, bounds.high))) return null;
  return `its interval is ${low} to ${high}, but that of ${right} of ${n} images is ${bounds.low} to ${bounds.high}`;
}

/** Returns the maximum rounding error of a number: half a unit of its last digit. */
function halfDigit(cell: string): number {
  const [, decimals = "", exponent = "0"] = /^[^.e]*(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(cell) ?? [];
  const digits = decimals.length - Number(exponent);
  return EXACT + (digits < ROUNDED_FROM ? 0 : 0.5 * 10 ** -digits);
}
