import { PRECISION_BITS } from "./filter-taps.ts";
import { type HorizontalPass, horizontalPass, ONE_HALF, type VerticalPass, verticalPass } from "./resample-passes.ts";

/** Both passes for one number of taps. */
export interface TapKernels {
  readonly horizontal: HorizontalPass;
  readonly vertical: VerticalPass;
}

// Unrolled, the passes run about 1.8 times as fast as the loops of resample-passes.ts: weights stay in registers or
// on the stack instead of behind a bounds check, and no inner loop is left. Beyond this the code outgrows its gain.
const MOST_UNROLLED_TAPS = 32;

// Columns are the outer loop, so that one column's weights serve many rows; in blocks, so that the rows stay in cache.
const ROWS_A_BLOCK = 32;

const known = new Map<number, TapKernels>();

/**
 * The passes to use for a number of taps: unrolled ones, written and compiled when first asked for, or the general
 * loops where there are too many taps (or a single one), or where the process forbids code from strings. Both compute
 * the same bytes.
 */
export function tapKernels(taps: number): TapKernels {
  let kernels = known.get(taps);
  if (kernels === undefined) {
    kernels = makeKernels(taps);
    known.set(taps, kernels);
  }
  return kernels;
}

function makeKernels(taps: number): TapKernels {
  const general: TapKernels = { horizontal: horizontalPass, vertical: verticalPass };
  if (taps < 2 || taps > MOST_UNROLLED_TAPS) return general;
  try {
    return {
      horizontal: new Function(horizontalSource(taps))() as HorizontalPass,
      vertical: new Function(verticalSource(taps))() as VerticalPass,
    };
  } catch (error) {
    if (error instanceof EvalError) return general; // node --disallow-code-generation-from-strings
    throw error;
  }
}

function horizontalSource(taps: number): string {
  // the first tap reads the pixel and one byte after it, the others one byte before and the pixel: never outside
  const first = `four = source.getInt32(p, true); ${add("four & 255", "four >>> 8 & 255", "four >>> 16 & 255", 0)}`;
  const others = unroll(1, taps, (t) => {
    const read = `four = source.getInt32(p + ${3 * t - 1}, true);`;
    return `${read} ${add("four >>> 8 & 255", "four >>> 16 & 255", "four >>> 24", t)}`;
  });
  return `"use strict"; return function horizontal${taps}(source, rowBytes, firstRow, endRow, filter, words) {
    const { starts, weights } = filter, count = starts.length;
    for (let block = firstRow; block < endRow; block += ${ROWS_A_BLOCK}) {
      const blockEnd = endRow < block + ${ROWS_A_BLOCK} ? endRow : block + ${ROWS_A_BLOCK};
      for (let x = 0; x < count; x++) {
        ${loadWeights("x", taps)}
        let p = block * rowBytes + starts[x] * 3 | 0, word = (block - firstRow) * count + x | 0;
        for (let row = block; row < blockEnd; row++) {
          let four = 0, red = ${ONE_HALF}, green = ${ONE_HALF}, blue = ${ONE_HALF};
          ${first}
          ${others}
          ${ROUND_AND_CLIP}
          words[word] = red | green << 8 | blue << 16;
          p = p + rowBytes | 0; word = word + count | 0;
        }
      }
    }
  }`;
}

function verticalSource(taps: number): string {
  const sums = unroll(0, taps, (t) => {
    const read = t === 0 ? "pixel = words[p];" : "p = p + width | 0; pixel = words[p];";
    return `${read} ${add("pixel & 255", "pixel >>> 8 & 255", "pixel >>> 16", t)}`;
  });
  return `"use strict"; return function vertical${taps}(words, width, firstRow, filter, pixels, start, stride) {
    const { starts, weights } = filter, count = starts.length;
    for (let y = 0; y < count; y++) {
      ${loadWeights("y", taps)}
      let column = (starts[y] - firstRow) * width | 0, out = start + y * stride | 0;
      for (const end = column + width | 0; column < end; column = column + 1 | 0) {
        let p = column, pixel = 0, red = ${ONE_HALF}, green = ${ONE_HALF}, blue = ${ONE_HALF};
        ${sums}
        ${ROUND_AND_CLIP}
        pixels[out] = red; pixels[out + 1] = green; pixels[out + 2] = blue;
        out = out + 3 | 0;
      }
    }
  }`;
}

function loadWeights(index: string, taps: number): string {
  return `const k = ${index} * ${taps} | 0, ${unroll(0, taps, (t) => `k${t} = weights[k + ${t}]`, ", ")};`;
}

function add(red: string, green: string, blue: string, t: number): string {
  return (
    `red = red + Math.imul(${red}, k${t}) | 0; green = green + Math.imul(${green}, k${t}) | 0; ` +
    `blue = blue + Math.imul(${blue}, k${t}) | 0;`
  );
}

// one test for all three channels: most pixels need no clipping
const ROUND_AND_CLIP = `
  red >>= ${PRECISION_BITS}; green >>= ${PRECISION_BITS}; blue >>= ${PRECISION_BITS};
  if ((red | green | blue) & ~255) {
    red = red < 0 ? 0 : red > 255 ? 255 : red;
    green = green < 0 ? 0 : green > 255 ? 255 : green;
    blue = blue < 0 ? 0 : blue > 255 ? 255 : blue;
  }`;

function unroll(from: number, to: number, line: (t: number) => string, separator = "\n"): string {
  return Array.from({ length: to - from }, (_, i) => line(from + i)).join(separator);
}
