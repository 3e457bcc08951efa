import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";

/**
 * Returns a function from a folder's name to its class. A name matches the value of the class list's column. Numbers
 * match regardless of leading zeros ("009" is 9 and comes before "10"). A wnid matches in upper or lower case, and with
 * the class's name after it ("n01751748-sea_snake", as in Kaggle's copies). Accented letters match in either Unicode
 * form: macOS writes one and Linux the other.
 */
export function classNamer(benchmark: Benchmark, key: string): (name: string) => number | undefined {
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  const classOf = new Map(keys.map((value, index) => [value, index]));
  const composed = new Map(keys.map((value, index) => [value.normalize("NFC"), index]));
  return (name) => {
    const exactMatch = classOf.get(name) ?? composed.get(name.normalize("NFC"));
    if (exactMatch !== undefined) return exactMatch;
    if (/^\d+$/.test(name)) return classOf.get(String(Number(name)));
    const wnid = key === "wnid" ? /^(n\d{8})(?:[-_. ]|$)/i.exec(name)?.[1]?.toLowerCase() : undefined;
    return wnid === undefined ? undefined : classOf.get(wnid);
  };
}
