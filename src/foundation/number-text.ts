/*
 * Numbers for people: on a terminal, in Markdown, LaTeX, figures and the report. Inputs are accuracies and differences
 * as fractions of 1; percent and percentage points exist in texts only. A minus is U+2212, and a number that rounds to
 * zero has no sign. Files for programs format numbers differently: see files/format-csv.ts.
 */

/** Formats a number with a fixed number of decimals: `−0.96`, `0.00`. */
export function decimal(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  return value < 0 && Number(size) !== 0 ? `−${size}` : size;
}

/** Formats a fraction in percent, without the sign: `76.3`. */
export function percent(fraction: number, digits = 1): string {
  return decimal(100 * fraction, digits);
}

/** Formats a range in percent: `59.8–76.6`. */
export function percentRange(low: number, high: number, digits = 1): string {
  return `${percent(low, digits)}–${percent(high, digits)}`;
}

/** Formats a fraction in percent for a sentence: `54.9 %`; below 1 % with two significant digits. */
export function percentWords(fraction: number): string {
  const value = 100 * fraction;
  return `${value === 0 ? "0" : value < 1 ? value.toPrecision(2) : decimal(value, 1)} %`;
}

/** Formats a difference of two fractions in percentage points, with its sign: `+6.1`, `−1.6`, `0.0`. */
export function points(difference: number, digits = 1): string {
  const text = percent(difference, digits);
  return difference > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Formats a range of differences in percentage points: `−1.6 … +2.2`. */
export function pointsRange(low: number, high: number, digits = 1): string {
  return `${points(low, digits)} … ${points(high, digits)}`;
}

/** Formats a p-value, never as 0: `0.041`, `0.0004`, `< 0.0001`. */
export function probability(p: number): string {
  if (p < 1e-4) return "< 0.0001";
  return p.toFixed(p < 1e-3 ? 4 : 3);
}

/** Formats a whole number: `50,000`. */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** Formats a number of any kind with up to 12 digits: `12,800,000`, `4.41`, `−0.002`. */
export function quantity(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 12 }).replace("-", "−");
}

/** Numbers are shortened from `10k` on. */
const SHORTENED = 10_000;
const UNITS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Formats a number of any kind briefly, with up to six digits: `160`, `2,560`, `12.8M`, `34B`, `1e-5`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e15)) {
    const text = Number(value.toPrecision(6)).toExponential();
    return text.replace("e+", "e").replace(/^-/, "−");
  }
  const [unit, name] = (size < SHORTENED ? undefined : UNITS.find(([threshold]) => size >= threshold)) ?? [1, ""];
  return `${(value / unit).toLocaleString("en-US", { maximumSignificantDigits: 6 }).replace("-", "−")}${name}`;
}

/** Formats a count with its noun, plural except for 1: `1 checkpoint`, `12 checkpoints`, `1,000 images`. */
export function plural(n: number, thing: string): string {
  return `${count(n)} ${thing}${n === 1 ? "" : "s"}`;
}

/** Formats a rate per second: `8.4`, `123`. */
export function rate(perSecond: number): string {
  return perSecond.toFixed(perSecond < 10 ? 1 : 0);
}

/** Formats seconds, rounded up: `42 s`, `3 min 10 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Formats a size: `3.2 GB`, `342 MB`, `612 bytes`. */
export function byteSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${bytes} bytes`;
}

/** Formats a size in megabytes, for a column whose title has the unit: `342.1`. */
export function megabytes(bytes: number, digits = 1): string {
  return (bytes / 1e6).toFixed(digits);
}
