/** Uniform numbers in [0, 1), the same on every machine: Marsaglia's 32-bit xorshift (13, 17, 5), started from the seed. */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1; // zero would stay zero
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Whole numbers in [0, 2^32), the same on every machine: mulberry32, whose first numbers differ widely for near seeds. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** A shuffled copy of the list, the same for the same seed. */
export function shuffled<Item>(list: readonly Item[], seed: number): Item[] {
  const random = mulberry32(seed);
  const rest = [...list];
  return Array.from(list, () => rest.splice(random() % rest.length, 1)[0] as Item);
}
