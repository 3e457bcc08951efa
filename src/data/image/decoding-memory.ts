import { MAX_PIXELS } from "./decoded-image.ts";
import { readDimensions } from "./image-dimensions.ts";
import { recognizeFormat } from "./image-format.ts";

/**
 * Bytes per pixel during decoding: three for the result, and as many for intermediate data (a progressive JPEG's
 * coefficients).
 */
const BYTES_PER_PIXEL = 6;

/**
 * Estimates the memory that decoding an image takes, by the size it states: a few kilobytes of JPEG may decode to half
 * a gigabyte.
 *
 * @param head  the file's first bytes, or all of them
 * @param bytes the file's size
 * @returns bytes; the amount for the largest accepted image where the head does not state a size
 */
export function decodingMemory(head: Uint8Array, bytes: number): number {
  return bytes + BYTES_PER_PIXEL * Math.min(statedPixels(head), MAX_PIXELS);
}

function statedPixels(head: Uint8Array): number {
  try {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const dimensions = readDimensions(recognizeFormat(head), view);
    return dimensions === null ? MAX_PIXELS : dimensions[0] * dimensions[1];
  } catch {
    return 0; // not an image: its decoder reports that without decoding
  }
}
