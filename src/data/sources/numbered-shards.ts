import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";

export const SHARD_COUNT_FILE = "nshards.txt";

/** A file of a set, by its name. */
export interface Shard {
  readonly name: string;
  /** the part before the number, which all shards of a set share; the whole name where there is no number */
  readonly prefix: string;
  /** null where the name does not end in a number */
  readonly number: number | null;
  /** number of shards stated in its name */
  readonly of: number | null;
  readonly ending: string;
}

/**
 * `0.tar`, `000000.tar`, `imagenet-val-000000.tar`; and with the number of shards, `validation-00000-of-00014.parquet`.
 */
const NUMBERED = /^(.*?[-_]|)([0-9]{1,9})(?:-of-([0-9]{1,9}))?$/;

/** Parses a shard's name. @returns null for a name with none of the extensions */
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
 * Sorts shards by number: as numbers, not as text, where 10 would come before 2.
 *
 * @param folder  their folder, for messages
 * @param count   their number, if a file states it
 * @param onMissing  called for missing shards, naming the first; throws to stop there
 * @throws InputError naming a shard that is one too many, or two with the same number
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
    const duplicate = byNumber.get(number);
    if (duplicate !== undefined) {
      throw new InputError(`${join(folder, shard.name)}: a second shard ${number}; the first is ${duplicate.name}`);
    }
    byNumber.set(number, shard);
  }
  const ordered = [...byNumber].sort(([a], [b]) => a - b).map(([, shard]) => shard);
  const statedCount = count ?? ordered[0]?.of ?? null;
  const conflicting = ordered.find(({ of }) => of !== (ordered[0] as Shard).of);
  if (conflicting !== undefined) {
    throw new InputError(
      `${join(folder, conflicting.name)}: its name states another number of shards than ${ordered[0]?.name}`,
    );
  }
  const last = ordered.at(-1)?.number as number;
  // numbered from 1 if there is no 0 and the last number equals the stated count
  const isFromOne =
    !byNumber.has(0) && byNumber.has(1) && (statedCount === null ? ordered.length > 1 : last === statedCount);
  const from = isFromOne ? 1 : 0;
  const expected = statedCount ?? last + 1 - from;
  const beyond = ordered.find(({ number }) => (number as number) >= from + expected);
  if (beyond !== undefined) {
    const why = count === null ? "its name states" : `${SHARD_COUNT_FILE} states`;
    throw new InputError(`${join(folder, beyond.name)}: one too many, ${why} ${expected} shards; move it elsewhere`);
  }
  if (ordered.length < expected) onMissing(missing(folder, ordered, expected, from, count));
  return ordered;
}

/** Makes the error for a stated number of shards of which there are none. */
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
  const reason =
    count !== null
      ? `${SHARD_COUNT_FILE} states ${count} shards`
      : of === null
        ? `the last shard is ${from + expected - 1}`
        : `the names state ${expected} shards`;
  return new InputError(
    `${join(folder, name)}: missing${more > 0 ? `, and ${more} more` : ""}: ${reason}, numbered from ${from}, found ${shards.length}`,
  );
}
