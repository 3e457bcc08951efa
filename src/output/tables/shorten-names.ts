import { cutMiddle } from "./name-text.ts";
import { printable } from "./text-table.ts";

/**
 * Names of at most `length` characters, no two alike: a name that fits stays as it is, others lose what they share. Where
 * the middle may go, both ends stay; where names would read alike then, the stretch in which they differ stays, and where
 * that is not enough they are numbered.
 *
 * @param names each once
 * @param length at least 8
 * @returns name → what stands for it
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
      if (shorts.get(name) === name) continue; // it is whole: the others give way
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
 * How a table for a terminal shows names that a column has room for `length` characters of: safe to print, no two alike.
 *
 * @param names all that the column may hold
 */
export function nameShortener(names: Iterable<string>, length: number): (name: string) => string {
  const shorts = shortenNames([...new Set([...names].map(printable))], length);
  return (name) => shorts.get(printable(name)) ?? cutMiddle(printable(name), length);
}

/** Names that are shown alike. */
function collisions(shorts: ReadonlyMap<string, string>): string[][] {
  const byShort = new Map<string, string[]>();
  for (const [name, short] of shorts) byShort.set(short, [...(byShort.get(short) ?? []), name]);
  return [...byShort.values()].filter((group) => group.length > 1);
}

/** Characters that all of them begin with. */
function commonPrefix(names: readonly string[]): number {
  const all = names.map((name) => [...name]);
  const first = all[0] as string[];
  const at = first.findIndex((character, i) => all.some((characters) => characters[i] !== character));
  return at === -1 ? first.length : at;
}

/** The beginning of a name, then as much from where it differs as there is room for. */
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
