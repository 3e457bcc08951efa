import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readError, readText } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";

const COUNT_FILE = "nshards.txt";

/** Anything before the number is the same in all shards: `0.tar`, `000000.tar`, `imagenet-val-000000.tar`. */
const SHARD_NAME = /^(.*[-_]|)([0-9]{1,9})\.tar$/;

/**
 * Finds the shards of a WebDataset: in `root/test` or in `root` itself, numbered from 0. `nshards.txt` beside them says
 * how many there are; without it, they are those that are there. Other tars are passed over.
 *
 * @returns paths below root, "/" between, by number; null if there is no such folder
 * @throws InputError naming a shard that is missing, one too many, two of one number, or shards of two sets
 */
export async function findTarShards(root: string): Promise<string[] | null> {
  return (await shardsIn(root, "test/")) ?? (await shardsIn(root, ""));
}

async function shardsIn(root: string, folder: string): Promise<string[] | null> {
  const path = join(root, folder);
  const names = fileNames(path);
  const count = names.includes(COUNT_FILE) ? await readCount(join(path, COUNT_FILE)) : null;
  const shards = names.filter((name) => SHARD_NAME.test(name));
  // without a count, tars with some number at the end (imagenet-2012.tar) may be downloads
  if (count === null && !shards.some((name) => /^[0-9]+\.tar$/.test(name) || shardNumber(name) === 0)) return null;
  return inOrder(path, shards, count).map((name) => folder + name);
}

/** The shards by number: as numbers, not as text, where 10 would come before 2. */
function inOrder(folder: string, names: readonly string[], count: number | null): string[] {
  const byNumber = new Map<number, string>();
  const prefixes = new Map<string, string>();
  for (const name of names) {
    const number = shardNumber(name);
    const twin = byNumber.get(number);
    if (twin !== undefined) throw new InputError(`${join(folder, name)}: a second shard ${number}, beside ${twin}`);
    byNumber.set(number, name);
    prefixes.set(SHARD_NAME.exec(name)?.[1] ?? "", name);
  }
  if (prefixes.size > 1) {
    throw new InputError(
      `${folder}: shards of more than one set: ${[...prefixes.values()].sort().join(", ")}; put each in a folder of its own`,
    );
  }
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  const expected = count ?? (numbers.at(-1) ?? -1) + 1;
  const said = count === null ? `shards go up to ${expected - 1}` : `${COUNT_FILE} says ${count} shards`;
  const beyond = numbers.find((number) => number >= expected);
  if (beyond !== undefined) {
    throw new InputError(`${join(folder, byNumber.get(beyond) as string)}: one too many, ${said}; move it elsewhere`);
  }
  if (numbers.length < expected) throw missing(folder, byNumber, expected, said);
  return numbers.map((number) => byNumber.get(number) as string);
}

function missing(folder: string, byNumber: ReadonlyMap<number, string>, expected: number, said: string): InputError {
  let first = 0;
  while (byNumber.has(first)) first++;
  const [, prefix = "", digits = ""] = SHARD_NAME.exec([...byNumber.values()][0] ?? "") ?? [];
  const width = digits.startsWith("0") ? digits.length : 1; // 000007, or 7
  const name = `${prefix}${String(first).padStart(width, "0")}.tar`;
  const more = expected - byNumber.size - 1;
  return new InputError(
    `${join(folder, name)}: missing${more > 0 ? `, and ${more} more` : ""}: ${said}, numbered from 0, found ${byNumber.size}; fetch the rest`,
  );
}

function shardNumber(name: string): number {
  return Number(SHARD_NAME.exec(name)?.[2]);
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
