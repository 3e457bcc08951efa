import { InputError } from "../../foundation/errors.ts";
import {
  type Literal,
  type LiteralMap,
  looksLikeLiteral,
  mapOf,
  parseLiteral,
  textsOf,
} from "../../foundation/files/parse-literal.ts";
import { plural } from "../../foundation/number-text.ts";

/** Class names of a file, in the order that `order` states. */
export interface ListedNames {
  readonly names: readonly string[];
  /** WordNet ids of the names; null if the file has none */
  readonly wnids: readonly string[] | null;
  /** "file": by the file's order or numbers; "wnid": ascending by WordNet id, because the file has no other order */
  readonly order: "file" | "index" | "wnid";
  /** descriptions of changes to the names */
  readonly changes: readonly string[];
  /** reasons why the names may be wrong */
  readonly doubts?: readonly string[];
}

/** Selects the names in a file with several data sets. */
export interface WantedNames {
  /** possible names of the data set, most likely first */
  readonly datasets: readonly string[];
  /** number of names */
  readonly names: number;
}

/** Extensions of files that {@link parseListedNames} reads. */
export const LISTED_ENDINGS = [".txt", ".json", ".py"] as const;

const WNID = /^n\d{8}$/;
const WNID_LINE = /^(n\d{8})[\s,;:]+(\S.*)$/;
const HAS_WNID = /(?<![\w])n\d{8}(?!\d)/;
/** A first line that is not a class name. */
const HEADER = /^#?\s*(?:names?|class(?:[ _-]?names?)?|classes|labels?|categor(?:y|ies)|synsets?)$/i;
const FORMS =
  'one name per line or a list of texts; lines of "n01440764 tench, Tinca tinca"; {"0": ["n01440764", "tench"]} as in Keras; {"0": "tench"}; {"n01440764": "tench"}; or {"imagenet1k": [names]} as in CLIP_benchmark';

/**
 * Parses class names in a common form: a text file, JSON, or a Python list or dictionary.
 *
 * @param wanted  selects a data set in a file with several
 * @throws InputError for another form, an order with gaps, or an invalid name
 */
export function parseListedNames(text: string, path: string, wanted: WantedNames | undefined): ListedNames {
  const dialect = path.endsWith(".json") ? "json" : "python";
  const isText = path.endsWith(".txt") && !looksLikeLiteral(text);
  const listed = isText ? fromLines(text, path) : fromLiteral(parseLiteral(text, path, dialect), path, wanted);
  const empty = listed.names.findIndex((name) => name.trim() === "");
  if (empty !== -1) throw new InputError(`${path}: name ${empty + 1} is empty`);
  if (listed.names.length === 0) throw new InputError(`${path}: no class names`);
  return { ...listed, names: listed.names.map((name) => name.trim()) };
}

function fromLines(text: string, path: string): ListedNames {
  const lines = text.trimEnd().split(/\r\n|\r|\n/);
  if (HEADER.test(lines[0]?.trim() ?? "")) {
    throw new InputError(`${path}: the first line, ${lines[0]?.trim()}, is a header and not a name; remove it`);
  }
  const gap = lines.findIndex((line) => line.trim() === "");
  if (gap !== -1) throw new InputError(`${path}: line ${gap + 1} is empty; a name may be missing`);
  const entries = lines.map((line) => WNID_LINE.exec(line.trim()));
  if (entries.every((entry) => entry !== null)) {
    return byWnid(
      entries.map((entry): [string, string] => [entry?.[1] as string, entry?.[2] as string]),
      path,
    );
  }
  const odd = lines.find((line) => HAS_WNID.test(line) && !WNID.test(line.trim()));
  if (odd !== undefined) {
    throw new InputError(`${path}: expected a WordNet id at the beginning of all lines or none; found ${odd.trim()}`);
  }
  return { names: lines, wnids: null, order: "file", changes: [] };
}

function fromLiteral(value: Literal, path: string, wanted: WantedNames | undefined): ListedNames {
  const names = textsOf(value);
  if (names !== null) return { names, wnids: null, order: "file", changes: [] };
  const map = mapOf(value);
  const keys = [...(map?.keys() ?? [])];
  if (map === null || keys.length === 0) throw new InputError(`${path}: expected class names as ${FORMS}`);
  if (keys.every((key) => /^\d{1,9}$/.test(key))) return byIndex(map, path);
  if (keys.every((key) => WNID.test(key))) {
    return byWnid(
      keys.map((key): [string, string] => [key, namesOf(map.get(key), path, key)]),
      path,
    );
  }
  if ([...map.values()].every((names) => textsOf(names) !== null)) {
    return { names: chooseDataset(map, path, wanted), wnids: null, order: "file", changes: [] };
  }
  if ([...map.values()].every((index) => typeof index === "number")) {
    const inverse = new Map(keys.map((key) => [String(map.get(key)), key as Literal]));
    if (inverse.size < keys.length) throw new InputError(`${path}: two names have the same number`);
    return byIndex(inverse, path);
  }
  throw new InputError(`${path}: expected class names as ${FORMS}`);
}

/** `{"0": ["n01440764", "tench"], …}`, or `{"0": "tench, Tinca tinca", …}` */
function byIndex(map: LiteralMap, path: string): ListedNames {
  const values = Array.from({ length: map.size }, (_, index) => {
    const value = map.get(String(index));
    if (value === undefined) {
      throw new InputError(`${path}: expected each index from 0 to ${map.size - 1} once; ${index} is missing`);
    }
    return value;
  });
  const pairs = values.map((value) => textsOf(value));
  if (pairs.every((pair) => pair?.length === 2 && WNID.test(pair[0] as string))) {
    const changes: string[] = [];
    const names = (pairs as string[][]).map(([, name]) => name as string);
    const odd = names.find((name) => name.includes("_"));
    if (odd !== undefined)
      changes.push(`underscores are read as spaces, as intended by Keras: ${spaced(odd)} for ${odd}`);
    const wnids = (pairs as string[][]).map(([wnid]) => wnid as string);
    checkDistinct(wnids, path);
    return { names: names.map(spaced), wnids, order: "index", changes };
  }
  return synonyms({ names: values.map((value, at) => namesOf(value, path, String(at))), wnids: null, order: "index" });
}

/** Sorts names by WordNet id, which is the order of ImageNet's classes. */
function byWnid(entries: readonly (readonly [string, string])[], path: string): ListedNames {
  checkDistinct(
    entries.map(([wnid]) => wnid),
    path,
  );
  const numbered = entries.find(([, name]) => /^\d+\s/.test(name));
  if (numbered !== undefined) {
    throw new InputError(
      `${path}: there is a number before the name of ${numbered[0]}: ${numbered[1]}; remove the numbers`,
    );
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([, name]) => name);
  return synonyms({ names, wnids: sorted.map(([wnid]) => wnid), order: "wnid" });
}

/** Keeps the first of several names, as in "tench, Tinca tinca", and notes it. */
function synonyms(listed: Omit<ListedNames, "changes">): ListedNames {
  const changed = listed.names.filter((name) => name.includes(",")).length;
  if (changed === 0) return { ...listed, changes: [] };
  const first = (name: string) => (name.split(",", 1)[0] as string).trim();
  const example = listed.names.find((name) => name.includes(",")) as string;
  const text = `${changed} of ${listed.names.length} names contain several; the first is used: ${first(example)} of ${example}`;
  const firsts = new Map<string, string[]>();
  for (const name of listed.names) firsts.set(first(name), [...(firsts.get(first(name)) ?? []), name]);
  const shared = [...firsts].filter(([, names]) => names.length > 1);
  const [[firstName, names] = ["", []]] = shared;
  const doubts =
    shared.length === 0
      ? []
      : [
          `${plural(shared.length, "first name")} shared by several classes, whose scores are tied and won by the first class: ${firstName} (${names.join("; ")}); give each a distinct name`,
        ];
  return { ...listed, names: listed.names.map(first), changes: [text], doubts };
}

/** Returns a name, or joins a list of names with commas. */
function namesOf(value: Literal | undefined, path: string, key: string): string {
  const name = typeof value === "string" ? value : textsOf(value)?.join(", ");
  if (name === undefined) throw new InputError(`${path}: ${key}: expected a name or a list of names`);
  return name;
}

function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

function checkDistinct(wnids: readonly string[], path: string): void {
  const seen = new Set<string>();
  for (const wnid of wnids) {
    if (seen.has(wnid)) throw new InputError(`${path}: ${wnid} appears twice`);
    seen.add(wnid);
  }
}

/** Selects the names of a data set in `{"imagenet1k": [names], "pets": [names]}`. */
function chooseDataset(map: LiteralMap, path: string, wanted: WantedNames | undefined): readonly string[] {
  const named = wanted?.datasets.map((dataset) => textsOf(map.get(dataset))).filter((names) => names !== null) ?? [];
  const fitting = named.find((names) => names.length === wanted?.names) ?? named[0];
  if (fitting !== undefined) return fitting;
  const looked = wanted === undefined ? "" : `; searched for ${wanted.datasets.join(", ")}`;
  throw new InputError(
    `${path}: has class names for the data sets ${[...map.keys()].join(", ")}, but not for this one${looked}`,
  );
}
