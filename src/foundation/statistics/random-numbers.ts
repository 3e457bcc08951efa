/** Random numbers that are the same for the same seed on every machine. */
export interface RandomNumbers {
  /** uniform in (0, 1), with 53 bits */
  readonly uniform: () => number;
  /** standard normal */
  readonly normal: () => number;
  /** chi-squared, with degrees of freedom > 0 */
  readonly chiSquared: (degreesOfFreedom: number) => number;
}

/**
 * Creates a generator of random numbers: sfc32 (C. Doty-Humphrey's PractRand), with normal numbers by Marsaglia's polar
 * method.
 *
 * @param seed a whole number from 0 to 2^32 − 1
 */
export function createRandomNumbers(seed: number): RandomNumbers {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1];
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 20; i++) next(); // after this, sequences of nearby seeds are unrelated
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6) + 0.5) / 9007199254740992;
  let spare: number | null = null;
  const normal = () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    let [u, v, square] = [0, 0, 0];
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    spare = v * factor;
    return u * factor;
  };
  /** Marsaglia & Tsang, ACM TOMS 26, 2000 */
  const chiSquared = (degreesOfFreedom: number): number => {
    if (degreesOfFreedom < 2) return chiSquared(degreesOfFreedom + 2) * uniform() ** (2 / degreesOfFreedom);
    const d = degreesOfFreedom / 2 - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = normal();
      const v = (1 + c * z) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return 2 * d * v;
    }
  };
  return { uniform, normal, chiSquared };
}
