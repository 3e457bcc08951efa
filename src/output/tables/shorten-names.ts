import { cutMiddle } from "./name-text.ts";
import { printable } from "./text-table.ts";

/**
 * Shortens names to at most `length` characters, all different. A name that fits is unchanged. Otherwise the middle is
 * cut; names that would become equal keep the part in which they differ, and if that is not enough they are numbered.
 *
 * @param names without duplicates
 * @param length at least 8
 * @returns name → short name
 */
export function shortenNames(names: readonly string[], length: number): Map<string, string> {
  const shorts = new Map(names.map((name) => [name, cutMiddle(name, length)]));
  const alike = collisions(shorts);
  for (const group of alike) {
    const from = commonPrefix(group);
    for (const name of group) shorts.set(name, aroundDifference(name, from, length));
  }
  const taken = new Set(shorts.values());
  for (const group of collisions(shorts)) {
    let number = 1;
    for (const name of group) {
      if (shorts.get(name) === name) continue; // unchanged: the others must differ from it
      let short: string;
      do short = numbered(name, number++, length);
      while (taken.has(short));
      taken.add(short);
      shorts.set(name, short);
    }
  }
  return shorts;
}

/**
 * Returns a function that shortens names for a terminal column of `length` characters: safe to print, all different.
 *
 * @param names all names of the column
 */
export function nameShortener(names: Iterable<string>, length: number): (name: string) => string {
  const shorts = shortenNames([...new Set([...names].map(printable))], length);
  return (name) => shorts.get(printable(name)) ?? cutMiddle(printable(name), length);
}

/** Groups of names with equal short names. */
function collisions(shorts: ReadonlyMap<string, string>): string[][] {
  const byShort = new Map<string, string[]>();
  for (const [name, short] of shorts) byShort.set(short, [...(byShort.get(short) ?? []), name]);
  return [...byShort.values()].filter((group) => group.length > 1);
}

/** Number of characters in the common prefix. */
function commonPrefix(names: readonly string[]): number {
  const all = names.map((name) => [...name]);
  const first = all[0] as string[];
  const at = first.findIndex((character, i) => all.some((characters) => characters[i] !== character));
  return at === -1 ? first.length : at;
}

/** Keeps the beginning of a name, then as much as fits from where it differs. */
function aroundDifference(name: string, from: number, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const head = Math.floor((length - 2) / 3);
  const room = length - head - 2;
  const rest = characters.slice(from);
  const tail = rest.length <= room + 1 ? characters.slice(-(room + 1)) : [...rest.slice(0, room), "…"];
  return [...characters.slice(0, head), "…", ...tail].join("");
}

function numbered(name: string, number: number, length: number): string {
  const end = `…#${number}`;
  return [...name].slice(0, Math.max(0, length - end.length)).join("") + end;
}
