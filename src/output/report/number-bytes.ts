/*
 * Encodes integers as bytes that deflate well: small differences become small numbers, and bytes of equal weight are
 * adjacent. Written by the command line, read by the page.
 */

/** Bytes per number. */
const WIDTH = 4;

/**
 * Encodes numbers as four planes of bytes, the lowest first; signs are interleaved: 0, −1, 1, −2, …
 *
 * @param values each in [−2³⁰, 2³⁰)
 */
export function toPlanes(values: ArrayLike<number>): Uint8Array {
  const n = values.length;
  const bytes = new Uint8Array(n * WIDTH);
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    const folded = value < 0 ? -2 * value - 1 : 2 * value;
    for (let plane = 0; plane < WIDTH; plane++) bytes[plane * n + i] = folded >>> (8 * plane);
  }
  return bytes;
}

/** Decodes the numbers that `toPlanes` encoded. */
export function fromPlanes(bytes: Uint8Array): Int32Array {
  const n = bytes.length / WIDTH;
  const values = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let folded = 0;
    for (let plane = 0; plane < WIDTH; plane++) folded |= (bytes[plane * n + i] as number) << (8 * plane);
    values[i] = folded & 1 ? -((folded >>> 1) + 1) : folded >>> 1;
  }
  return values;
}

/** Returns each value minus the previous value. */
export function differences(values: ArrayLike<number>): Int32Array {
  return Int32Array.from(values, (value, i) => value - (i === 0 ? 0 : (values[i - 1] as number)));
}

/** Restores the values from `differences`. */
export function sums(values: Int32Array): Uint32Array {
  let sum = 0;
  return Uint32Array.from(values, (value) => {
    sum += value;
    return sum;
  });
}
