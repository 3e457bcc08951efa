import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";

/**
 * Which class a folder's name stands for: the value of the class list's column; a number however many zeros are before it
 * ("009" is 9, and comes before "10"); a wnid in letters of either case, and with the class's name behind it
 * ("n01751748-sea_snake", as Kaggle's copies have it); letters with accents in either Unicode form, as macOS writes one and
 * Linux the other.
 */
export function classNamer(benchmark: Benchmark, key: string): (name: string) => number | undefined {
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  const classOf = new Map(keys.map((value, index) => [value, index]));
  const composed = new Map(keys.map((value, index) => [value.normalize("NFC"), index]));
  return (name) => {
    const own = classOf.get(name) ?? composed.get(name.normalize("NFC"));
    if (own !== undefined) return own;
    if (/^\d+$/.test(name)) return classOf.get(String(Number(name)));
    const wnid = key === "wnid" ? /^(n\d{8})(?:[-_. ]|$)/i.exec(name)?.[1]?.toLowerCase() : undefined;
    return wnid === undefined ? undefined : classOf.get(wnid);
  };
}
