import { shortenNames } from "../tables/shorten-names.ts";
import { shortenMiddle, type TextMeasure } from "./figure-text.ts";

/** Characters that names are cut to at least. */
const FEWEST = 8;

/**
 * Names as they fit a width: cut in the middle, and those that would read alike then around what tells them apart.
 *
 * @returns name → what a figure shows, no two alike
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
