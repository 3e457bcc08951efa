import { InputError } from "../../foundation/errors.ts";

/** One of several runs that share the embedding: it makes the units of work that belong to it. */
export interface Shard {
  /** 0 to count − 1 */
  readonly index: number;
  /** from 1 on */
  readonly count: number;
}

/**
 * Reads `i/n`.
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
 * Whether a unit is this shard's. Units go to the shards in turn: neighbors, which tend to be equally hard, go to different
 * shards, no shard has over one unit more than another, and each unit is some one shard's for every number of shards.
 *
 * @param position  of the unit among all units, stored or not, so that it does not depend on what was done before
 */
export function belongsToShard(shard: Shard, position: number): boolean {
  return position % shard.count === shard.index;
}
