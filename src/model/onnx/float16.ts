const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * Converts float32 to IEEE 754 binary16, rounding to nearest, ties to even, as numpy and onnxruntime do: values from 65,520 on
 * become infinity, the smallest numbers become subnormal or zero, NaN stays NaN.
 *
 * @param values n numbers
 * @param target array of n elements for the 16 bits of each; created by default
 * @returns the target
 */
export function toFloat16(values: Float32Array, target: Uint16Array = new Uint16Array(values.length)): Uint16Array {
  const word = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < word.length; i++) target[i] = float16Bits(word[i] as number);
  return target;
}

/** Converts n binary16 numbers, given as their 16 bits, to float32; exact. */
export function fromFloat16(values: Uint16Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = float16ToNumber(values[i] as number);
  return result;
}

/** Converts one binary16 number, given as its 16 bits; exact. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Converts a float32, given as its 32 bits, to the 16 bits of binary16. */
function float16Bits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // from 65,520 on: infinity
  if (magnitude < 0x38800000) {
    // Under 2^-14: subnormal. Adding 0.5 leaves the rounded count of 2^-24 steps in the low bits of the sum.
    bits[0] = magnitude;
    float[0] = (float[0] as number) + 0.5;
    return sign | ((bits[0] as number) - 0x3f000000);
  }
  // Normal: move the exponent's bias from 127 to 15, drop 13 bits, round half to even; a carry raises the exponent.
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}
