import { shortenNames } from "../tables/shorten-names.ts";
import { shortenMiddle, type TextMeasure } from "./figure-text.ts";

/** Minimum length of cut names. */
const FEWEST = 8;

/**
 * Shortens names to fit a width: cuts them in the middle; names that would become equal are cut around the part in
 * which they differ.
 *
 * @returns name → shown name, all different
 */
export function fitNames(
  names: readonly string[],
  width: number,
  fontSize: number,
  measure: TextMeasure,
): Map<string, string> {
  const fitted = new Map(names.map((name) => [name, shortenMiddle(name, width, fontSize, measure)]));
  const groups = new Map<string, string[]>();
  for (const [name, short] of fitted) groups.set(short, [...(groups.get(short) ?? []), name]);
  for (const alike of groups.values()) {
    if (alike.length === 1) continue;
    const longest = Math.max(...alike.map((name) => name.length));
    for (let length = longest - 1; length >= FEWEST; length--) {
      const cut = shortenNames(alike, length);
      if ([...cut.values()].some((text) => measure(text, fontSize) > width) && length > FEWEST) continue;
      for (const [name, text] of cut) fitted.set(name, text);
      break;
    }
  }
  return fitted;
}
