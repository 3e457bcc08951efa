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
