import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";

export const SHARD_COUNT_FILE = "nshards.txt";

/** A file of a set, by its name. */
export interface Shard {
  readonly name: string;
  /** what is before the number, the same in all shards of a set; the whole name where there is none */
  readonly prefix: string;
  /** null where the name has none at its end */
  readonly number: number | null;
  /** how many its name says there are */
  readonly of: number | null;
  readonly ending: string;
}

/** `0.tar`, `000000.tar`, `imagenet-val-000000.tar`; and a count after it, `validation-00000-of-00014.parquet`. */
const NUMBERED = /^(.*?[-_]|)([0-9]{1,9})(?:-of-([0-9]{1,9}))?$/;

/** @returns null for a name that ends in none of the endings */
export function parseShard(name: string, endings: readonly string[]): Shard | null {
  const lower = name.toLowerCase();
  const ending = endings.find((candidate) => lower.endsWith(candidate) && lower.length > candidate.length);
  if (ending === undefined) return null;
  const [, prefix = name, number, of] = NUMBERED.exec(name.slice(0, -ending.length)) ?? [];
  return {
    name,
    prefix,
    number: number === undefined ? null : Number(number),
    of: of === undefined ? null : Number(of),
    ending: name.slice(-ending.length),
  };
}

/**
 * The shards by number: as numbers, not as text, where 10 would come before 2.
 *
 * @param folder  that they are in, for messages
 * @param count   how many there are, where a file says so
 * @param onMissing  told of shards that are missing, naming the first; throws to stop there
 * @throws InputError naming a shard that is one too many, or two of one number
 */
export function sortShards(
  folder: string,
  shards: readonly Shard[],
  count: number | null,
  onMissing: (error: InputError) => void,
): Shard[] {
  const byNumber = new Map<number, Shard>();
  for (const shard of shards) {
    const number = shard.number as number;
    const twin = byNumber.get(number);
    if (twin !== undefined) {
      throw new InputError(`${join(folder, shard.name)}: a second shard ${number}, beside ${twin.name}`);
    }
    byNumber.set(number, shard);
  }
  const ordered = [...byNumber].sort(([a], [b]) => a - b).map(([, shard]) => shard);
  const said = count ?? ordered[0]?.of ?? null;
  const other = ordered.find(({ of }) => of !== (ordered[0] as Shard).of);
  if (other !== undefined) {
    throw new InputError(`${join(folder, other.name)}: of another number of shards than ${ordered[0]?.name}`);
  }
  const last = ordered.at(-1)?.number as number;
  // numbered from 1 where there is no 0, and as many as are said to be there
  const isFromOne = !byNumber.has(0) && byNumber.has(1) && (said === null ? ordered.length > 1 : last === said);
  const from = isFromOne ? 1 : 0;
  const expected = said ?? last + 1 - from;
  const beyond = ordered.find(({ number }) => (number as number) >= from + expected);
  if (beyond !== undefined) {
    const why = count === null ? "its name says" : `${SHARD_COUNT_FILE} says`;
    throw new InputError(`${join(folder, beyond.name)}: one too many, ${why} ${expected} shards; move it elsewhere`);
  }
  if (ordered.length < expected) onMissing(missing(folder, ordered, expected, from, count));
  return ordered;
}

/** The error for shards that are counted, of which none is there. */
export function noShards(folder: string, count: number): InputError {
  return new InputError(`${missing(folder, [], count, 0, count).message}; fetch them`);
}

function missing(
  folder: string,
  shards: readonly Shard[],
  expected: number,
  from: number,
  count: number | null,
): InputError {
  const numbers = new Set(shards.map(({ number }) => number));
  let first = from;
  while (numbers.has(first)) first++;
  const { name: like = "0.tar", ending = ".tar", of = null } = shards[0] ?? {};
  const [, prefix = "", digits = "", ofDigits] = NUMBERED.exec(like.slice(0, -ending.length)) ?? [];
  const width = digits.startsWith("0") ? digits.length : 1; // 000007, or 7
  const name = `${prefix}${String(first).padStart(width, "0")}${of === null ? "" : `-of-${ofDigits}`}${ending}`;
  const more = expected - shards.length - 1;
  const said =
    count !== null
      ? `${SHARD_COUNT_FILE} says ${count} shards`
      : of === null
        ? `shards go up to ${from + expected - 1}`
        : `the names say ${expected} shards`;
  return new InputError(
    `${join(folder, name)}: missing${more > 0 ? `, and ${more} more` : ""}: ${said}, numbered from ${from}, found ${shards.length}`,
  );
}
