import { InputError } from "../../foundation/errors.ts";

/** One of several runs that share the embedding; it processes the units of work assigned to it. */
export interface Shard {
  /** 0 to count − 1 */
  readonly index: number;
  /** at least 1 */
  readonly count: number;
}

/**
 * Parses `i/n`.
 *
 * @throws InputError unless 0 ≤ i < n
 */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && index < count) return { index, count };
  throw new InputError(`--shard: expected i/n with i from 0 to n-1, such as 0/8, or auto, got "${text}"`);
}

/**
 * Whether a unit belongs to this shard. Units are assigned to the shards in turn: adjacent units, which tend to take
 * similar time, go to different shards; shards differ by at most one unit; and each unit belongs to exactly one shard.
 *
 * @param position  position of the unit among all units, stored or not, so that it does not depend on earlier work
 */
export function belongsToShard(shard: Shard, position: number): boolean {
  return position % shard.count === shard.index;
}
