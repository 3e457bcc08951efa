/** Numbers as people read them. Figures come as fractions; percent and points exist only here. */

export function percent(fraction: number, digits = 1): string {
  return (100 * fraction).toFixed(digits);
}

/** A difference in percentage points, with its sign; a true minus sign. */
export function points(fraction: number, digits = 1): string {
  const text = (100 * fraction).toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return text.startsWith("-") ? `−${text.slice(1)}` : `+${text}`;
}

export function pointsInterval(low: number, high: number, digits = 1): string {
  return `${points(low, digits)} to ${points(high, digits)}`;
}

export function percentInterval(low: number, high: number, digits = 1): string {
  return `${percent(low, digits)}–${percent(high, digits)}`;
}

/** A probability: two digits, never 0. */
export function chance(p: number): string {
  if (p < 1e-4) return "< 0.0001";
  return p < 0.001 ? p.toFixed(4) : p.toFixed(3);
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** A long name cut in its middle: its ends are what tells names apart. */
export function shorten(name: string, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const half = (length - 1) / 2;
  return `${characters.slice(0, Math.ceil(half)).join("")}…${characters.slice(-Math.floor(half)).join("")}`;
}
