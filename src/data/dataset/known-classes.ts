import { packagePath } from "../../foundation/files/package-root.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { parseOnce } from "../../foundation/files/parse-once.ts";
import { readText } from "../../foundation/files/read-text.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";

/**
 * The names of a benchmark's classes. A class is a row of the benchmark's list or, from `size` on, a class of ImageNet
 * that the benchmark does not have.
 */
export interface KnownClasses {
  /** number of classes of the benchmark */
  readonly size: number;
  /**
   * Finds the classes that match a name best: those with the most of its synonyms, which commas separate. Case, accents
   * and punctuation are ignored.
   */
  classesNamed(name: string): readonly number[];
  /** ImageNet index → class; empty where the benchmark's classes have no wnid */
  readonly imagenet: readonly number[];
  /** describes a class in messages */
  describe(known: number): string;
}

const SYNONYMS = "benchmarks/classes/imagenet-synonyms.csv";

interface Synset {
  readonly wnid: string;
  readonly names: readonly string[];
}

const parseSynonyms = parseOnce((text, path): readonly Synset[] =>
  parseCsv(text, path, ["wnid", "names"]).map(({ wnid, names }) => ({
    wnid: wnid as string,
    names: splitNames(names as string),
  })),
);

/** Reads the names of a benchmark's classes: the texts of its class list, and WordNet's names of their wnids. */
export async function readKnownClasses({ classes }: Benchmark): Promise<KnownClasses> {
  const { size, keys } = classes;
  const names: string[][] = Array.from({ length: size }, () => []);
  for (const [column, cells] of keys) {
    if (column === "wnid") continue;
    for (const [row, cell] of cells.entries()) if (!/^[\d;]*$/.test(cell)) names[row]?.push(...splitNames(cell));
  }
  const wnids = [...(keys.get("wnid") ?? [])];
  const imagenet: number[] = [];
  if (wnids.length > 0) {
    const path = packagePath(SYNONYMS);
    const rowOf = new Map(wnids.map((wnid, row) => [wnid, row]));
    for (const synset of parseSynonyms(await readText(path), path)) {
      const known = rowOf.get(synset.wnid) ?? wnids.push(synset.wnid) - 1;
      names[known] = [...(names[known] ?? []), ...synset.names];
      imagenet.push(known);
    }
  }
  const byName = new Map<string, number[]>();
  for (const [known, texts] of names.entries()) {
    for (const name of new Set(texts.map(plainName))) byName.set(name, [...(byName.get(name) ?? []), known]);
  }
  return {
    size,
    imagenet,
    classesNamed: (name) => bestOf(splitNames(name), byName),
    describe: (known) => names[known]?.[0] ?? wnids[known] ?? `class ${known}`,
  };
}

function bestOf(synonyms: readonly string[], byName: ReadonlyMap<string, readonly number[]>): number[] {
  const counts = new Map<number, number>();
  for (const name of new Set(synonyms.map(plainName))) {
    for (const known of byName.get(name) ?? []) counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  const highest = Math.max(0, ...counts.values());
  return [...counts].filter(([, count]) => count === highest).map(([known]) => known);
}

function splitNames(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((name) => name.trim())
    .filter((name) => plainName(name) !== "");
}

/** Returns a name without the changes that lists and folders make to it. */
function plainName(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f'’]/g, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
