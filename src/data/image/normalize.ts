import type { Preprocessing } from "./preprocessing.ts";

/** For each channel, the normalized value of each of the 256 pixel values. */
export type NormalizationTable = readonly [red: Float32Array, green: Float32Array, blue: Float32Array];

/**
 * Tabulates torchvision's ToTensor and Normalize in the same float32 steps: value / 255, minus mean, divided by std,
 * each rounded to float32 (mean and std too). A pixel has 256 values, so a table gives the computed values exactly.
 */
export function createNormalizationTable(mean: Preprocessing["mean"], std: Preprocessing["std"]): NormalizationTable {
  const channel = (c: 0 | 1 | 2): Float32Array => {
    const average = Math.fround(mean[c]);
    const deviation = Math.fround(std[c]);
    return Float32Array.from({ length: 256 }, (_, value) => {
      const centered = Math.fround(Math.fround(value / 255) - average);
      return Math.fround(centered / deviation);
    });
  };
  return [channel(0), channel(1), channel(2)];
}

/**
 * Writes normalized planes: (H, W, 3) uint8 → (3, H, W) float32.
 *
 * @throws RangeError if the two lengths differ
 */
export function normalizePixels(pixels: Uint8Array, table: NormalizationTable, tensor: Float32Array): void {
  if (pixels.length !== tensor.length || pixels.length % 3 !== 0) {
    throw new RangeError(
      `pixels and tensor must have 3 values per pixel and equal lengths, got ${pixels.length} and ${tensor.length}`,
    );
  }
  const [red, green, blue] = table;
  const plane = pixels.length / 3;
  const plane2 = plane * 2;
  for (let i = 0, p = 0; i < plane; i++, p += 3) {
    tensor[i] = red[pixels[p]!]!;
    tensor[plane + i] = green[pixels[p + 1]!]!;
    tensor[plane2 + i] = blue[pixels[p + 2]!]!;
  }
}
