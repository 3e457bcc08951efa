/** Numbers of a fuzzer: the same from the same seed, on every machine. */
export interface Random {
  /** in [0, 1) */
  next(): number;
  /** whole, in [0, below) */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(of: number): boolean;
}

/** mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (items) => items[below(items.length)] as never, chance: (of) => next() < of };
}
