import { mulberry32 } from "../../../seeded-random.ts";

/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** a whole number from 0 to below `n`; 0 if `n` is less than 1 */
  below(n: number): number;
  pick<T>(values: readonly T[]): T;
  chance(probability: number): boolean;
  /** `n` random bytes */
  bytes(n: number): Uint8Array;
}

export function createRandom(seed: number): Random {
  const next = mulberry32(Math.imul(seed + 1, 0x9e3779b1));
  const below = (n: number): number => (n < 1 ? 0 : next() % n);
  return {
    below,
    pick: (values) => values[below(values.length)]!,
    chance: (probability) => next() < probability * 0x1_0000_0000,
    bytes: (n) => Uint8Array.from({ length: n }, () => next() & 0xff),
  };
}
