import { mulberry32 } from "../test/seeded-random.ts";

/** Random numbers of a fuzzer: deterministic for a seed, on every machine. */
export interface Random {
  /** in [0, 1) */
  next(): number;
  /** integer in [0, below) */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(of: number): boolean;
}

export function seededRandom(seed: number): Random {
  const random = mulberry32(seed);
  const next = () => random() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (items) => items[below(items.length)] as never, chance: (of) => next() < of };
}
