import type { Interpolation } from "./preprocessing.ts";

/**
 * The weighted sums that make the pixels of one axis: output i is the sum over t of `weights[i * taps + t]` times
 * source pixel `starts[i] + t`, in units of 2^-22.
 *
 * Every output has the same number of taps; where the filter is narrower, weights are 0. All taps are inside the
 * source: 0 <= starts[i] and starts[i] + taps <= source length.
 */
export interface FilterTaps {
  readonly starts: Int32Array; // (count,)
  readonly weights: Int32Array; // (count, taps)
  readonly taps: number;
}

/** Fraction bits of Pillow's fixed-point weights: 32 less 8 for the pixel and 2 for overshoot. */
export const PRECISION_BITS = 22;

const FILTERS = {
  bilinear: { support: 1, weight: bilinear },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: lanczos },
} as const;

function bilinear(x: number): number {
  const distance = Math.abs(x);
  return distance < 1 ? 1 - distance : 0;
}

function bicubic(x: number): number {
  const a = -0.5; // Keys' value; torch and OpenCV use -0.75
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}

/** Truncated sinc with a = 3: 1 at 0, 0 outside [-3, 3). */
function lanczos(x: number): number {
  return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

/**
 * Computes Pillow's resampling weights of one axis, for outputs first to first + count of a resize from sourceLength to
 * resizedLength pixels. The filter is stretched by the scale when shrinking (antialiasing), weights are normalized in
 * double precision, then rounded half away from zero to 22 fraction bits.
 *
 * @see Pillow src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc
 */
export function computeFilterTaps(
  sourceLength: number,
  resizedLength: number,
  first: number,
  count: number,
  interpolation: Interpolation,
): FilterTaps {
  const filter = FILTERS[interpolation];
  const scale = sourceLength / resizedLength;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const inverseStretch = 1 / stretch;
  const bounds = new Int32Array(count * 2);
  let taps = 1;
  for (let i = 0; i < count; i++) {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), sourceLength);
    bounds[i * 2] = start;
    bounds[i * 2 + 1] = end - start;
    taps = Math.max(taps, end - start);
  }
  const starts = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const start = bounds[i * 2]!;
    const length = bounds[i * 2 + 1]!;
    const center = (first + i + 0.5) * scale;
    let sum = 0;
    for (let t = 0; t < length; t++) {
      const weight = filter.weight((t + start - center + 0.5) * inverseStretch);
      exact[t] = weight;
      sum += weight;
    }
    // near the far edge the window is moved back into the source, with leading zero weights
    const moved = Math.min(start, sourceLength - taps);
    starts[i] = moved;
    for (let t = 0; t < length; t++) {
      const weight = sum === 0 ? exact[t]! : exact[t]! / sum;
      const scaled = weight * (1 << PRECISION_BITS);
      weights[i * taps + start - moved + t] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }
  return { starts, weights, taps };
}
