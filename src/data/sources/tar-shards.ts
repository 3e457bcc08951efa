import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readText } from "../../foundation/files/read-text.ts";

const COUNT_FILE = "nshards.txt";

/**
 * Anything before the number is the same in all shards of a set: `0.tar`, `000000.tar`, `imagenet-val-000000.tar`; and a
 * count after it, `imagenet-val-000000-of-000064.tar`.
 */
const SHARD_NAME = /^(.*?[-_]|)([0-9]{1,9})(?:-of-([0-9]{1,9}))?\.tar$/;

/** What a shard's name says it is for. */
const WORDS = {
  validation: /(?:^|[^a-z])(?:val|valid|validation|dev)(?![a-z])/i,
  test: /(?:^|[^a-z])test(?![a-z])/i,
  train: /(?:^|[^a-z])(?:train|training)(?![a-z])/i,
};

/** The shards of a set. */
export interface TarShards {
  /** paths below the root, "/" between, by number */
  readonly paths: readonly string[];
  /** what a user should know of how they were chosen, each without a full stop */
  readonly notes: readonly string[];
  /** their names say that they are a training set's */
  readonly isTraining: boolean;
}

interface Shard {
  readonly name: string;
  readonly prefix: string;
  readonly number: number;
  /** how many its name says there are */
  readonly of: number | null;
}

/**
 * Finds the shards of a WebDataset: in `root/test` or in `root` itself, numbered from 0 or from 1. `nshards.txt` beside
 * them, or their names, say how many there are; without these, they are those that are there. Of several sets in one
 * folder the one that is called validation is taken, or test, where all others are called train. Other tars are passed
 * over.
 *
 * @returns null if there is no such folder
 * @throws InputError naming a shard that is missing, one too many, two of one number, or shards of two sets
 */
export async function findTarShards(root: string): Promise<TarShards | null> {
  return (await shardsIn(root, "test/")) ?? (await shardsIn(root, ""));
}

async function shardsIn(root: string, folder: string): Promise<TarShards | null> {
  const path = join(root, folder);
  const names = fileNames(path);
  const count = names.includes(COUNT_FILE) ? await readCount(join(path, COUNT_FILE)) : null;
  const sets = new Map<string, Shard[]>();
  for (const shard of names.flatMap(parseShard)) sets.set(shard.prefix, [...(sets.get(shard.prefix) ?? []), shard]);
  // without a count, tars with some number at the end (imagenet-2012.tar) may be downloads
  if (count === null && ![...sets.values()].some(looksLikeSet)) return null;
  const [chosen, ...others] = chooseSet(path, [...sets.values()]);
  if (chosen === undefined) return missing(path, [], count ?? 1, 0);
  const { prefix } = chosen[0] as Shard;
  const notes = others.map((other) => {
    const [first] = other as [Shard, ...Shard[]];
    return `${path}: read are the shards called ${prefix}*.tar; passed over: ${other.length} called ${first.prefix}*.tar`;
  });
  const ordered = inOrder(path, chosen, count);
  if (ordered[0]?.number === 1) notes.push(`${path}: the shards are numbered from 1`);
  return {
    paths: ordered.map(({ name }) => folder + name),
    notes,
    isTraining: WORDS.train.test(prefix) && !WORDS.validation.test(prefix) && !WORDS.test.test(prefix),
  };
}

function parseShard(name: string): Shard[] {
  const match = SHARD_NAME.exec(name);
  if (match === null) return [];
  const [, prefix = "", number, of] = match;
  return [{ name, prefix, number: Number(number), of: of === undefined ? null : Number(of) }];
}

function looksLikeSet(shards: readonly Shard[]): boolean {
  const [first] = shards as [Shard, ...Shard[]];
  if (first.prefix === "" || first.of !== null || shards.some(({ number }) => number === 0)) return true;
  return shards.length > 1 && shards.some(({ number }) => number === 1);
}

/** The set to read first, then those that are passed over. @throws InputError where it is not clear */
function chooseSet(folder: string, sets: readonly Shard[][]): Shard[][] {
  if (sets.length < 2) return [...sets];
  const called = (word: RegExp) => sets.filter(([first]) => word.test((first as Shard).prefix));
  const held = called(WORDS.validation).length > 0 ? called(WORDS.validation) : called(WORDS.test);
  const chosen = held[0] as Shard[];
  const others = sets.filter((shards) => shards !== chosen);
  const isClear = held.length === 1 && others.every(([first]) => WORDS.train.test((first as Shard).prefix));
  if (isClear) return [chosen, ...others];
  const names = sets.map(([first]) => (first as Shard).name).sort();
  throw new InputError(`${folder}: shards of more than one set: ${names.join(", ")}; put each in a folder of its own`);
}

/** The shards by number: as numbers, not as text, where 10 would come before 2. */
function inOrder(folder: string, shards: readonly Shard[], count: number | null): Shard[] {
  const byNumber = new Map<number, Shard>();
  for (const shard of shards) {
    const twin = byNumber.get(shard.number);
    if (twin !== undefined) {
      throw new InputError(`${join(folder, shard.name)}: a second shard ${shard.number}, beside ${twin.name}`);
    }
    byNumber.set(shard.number, shard);
  }
  const ordered = [...byNumber.values()].sort((a, b) => a.number - b.number);
  const said = count ?? ordered[0]?.of ?? null;
  const other = ordered.find(({ of }) => of !== (ordered[0] as Shard).of);
  if (other !== undefined) {
    throw new InputError(`${join(folder, other.name)}: of another number of shards than ${ordered[0]?.name}`);
  }
  const last = (ordered.at(-1) as Shard).number;
  // numbered from 1 where there is no 0, and as many as are said to be there
  const isFromOne = !byNumber.has(0) && byNumber.has(1) && (said === null ? ordered.length > 1 : last === said);
  const from = isFromOne ? 1 : 0;
  const expected = said ?? last + 1 - from;
  const beyond = ordered.find(({ number }) => number >= from + expected);
  if (beyond !== undefined) {
    const why = count === null ? "its name says" : `${COUNT_FILE} says`;
    throw new InputError(`${join(folder, beyond.name)}: one too many, ${why} ${expected} shards; move it elsewhere`);
  }
  if (ordered.length < expected) missing(folder, ordered, expected, from, count);
  return ordered;
}

function missing(
  folder: string,
  shards: readonly Shard[],
  expected: number,
  from: number,
  count: number | null = expected,
): never {
  const numbers = new Set(shards.map(({ number }) => number));
  let first = from;
  while (numbers.has(first)) first++;
  const [, prefix = "", digits = "", of] = SHARD_NAME.exec(shards[0]?.name ?? "") ?? [];
  const width = digits.startsWith("0") ? digits.length : 1; // 000007, or 7
  const name = `${prefix}${String(first).padStart(width, "0")}${of === undefined ? "" : `-of-${of}`}.tar`;
  const more = expected - shards.length - 1;
  const said =
    count !== null
      ? `${COUNT_FILE} says ${count} shards`
      : of === undefined
        ? `shards go up to ${from + expected - 1}`
        : `the names say ${expected} shards`;
  throw new InputError(
    `${join(folder, name)}: missing${more > 0 ? `, and ${more} more` : ""}: ${said}, numbered from ${from}, found ${shards.length}; fetch the rest`,
  );
}

async function readCount(path: string): Promise<number> {
  const text = (await readText(path)).trim();
  if (!/^[1-9][0-9]{0,6}$/.test(text)) {
    throw new InputError(`${path}: expected the number of shards, got "${text.slice(0, 40)}"`);
  }
  return Number(text);
}

/** Names of the files in a folder, without hidden ones; none if it is not there. */
function fileNames(folder: string): string[] {
  let entries: Dirent[];
  try {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw readError(folder, cause);
  }
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
}
