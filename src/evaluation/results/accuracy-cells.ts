import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";

/** A number as people and programs write it. */
export const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** More images than any data set holds: a larger number is damage. */
export const MAX_IMAGES = 2 ** 31;
/** Another machine's last digit. */
const EXACT = 1e-9;
/** Decimals from which a figure may be a rounded one: nobody rounds 0.55 to 0.6. */
const ROUNDED_FROM = 2;

/**
 * What contradicts the accuracy of a row of a table: another accuracy, its bounds, or its counts. A table of `evaluate`'s
 * (its rows name their interval) has all digits; others may have rounded theirs.
 *
 * @param column that the accuracy, a fraction, is in
 * @returns null where nothing does
 */
export function contradictionOfCells(record: Readonly<Record<string, string>>, column: string): string | null {
  const cell = record[column] as string;
  const isOurs = (record.interval ?? "") !== "";
  const close = (a: string, b: string | number) =>
    Math.abs(Number(a) - Number(b)) <=
    (isOurs ? EXACT : Math.max(halfDigit(a), typeof b === "string" ? halfDigit(b) : 0));
  for (const name of ["value", "accuracy", "low", "high", "n", "correct"]) {
    const other = record[name] ?? "";
    if (other !== "" && !NUMBER.test(other)) return `${name}: expected a number, found "${other}"`;
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
  if (!(Number.isSafeInteger(images) && images > 0)) return `n: expected a whole number of images, found "${n}"`;
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

/** How far a rounded number may be from what it stands for: half of its last digit. */
function halfDigit(cell: string): number {
  const [, decimals = "", exponent = "0"] = /^[^.e]*(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(cell) ?? [];
  const digits = decimals.length - Number(exponent);
  return EXACT + (digits < ROUNDED_FROM ? 0 : 0.5 * 10 ** -digits);
}
