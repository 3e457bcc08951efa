import { MAX_PIXELS } from "./decoded-image.ts";
import { readDimensions } from "./image-dimensions.ts";
import { recogniseFormat } from "./image-format.ts";

/** Bytes a pixel takes while it is decoded: three of the result, and as many in between (a progressive JPEG's coefficients). */
const BYTES_PER_PIXEL = 6;

/**
 * About what decoding an image takes, by the size it states: what a few kilobytes of JPEG decode to may be half a gigabyte.
 *
 * @param head  the file's first bytes, or all of them
 * @param bytes the file's size
 * @returns bytes; as much as the largest image takes, where the head does not say
 */
export function decodingMemory(head: Uint8Array, bytes: number): number {
  return bytes + BYTES_PER_PIXEL * Math.min(statedPixels(head), MAX_PIXELS);
}

function statedPixels(head: Uint8Array): number {
  try {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const dimensions = readDimensions(recogniseFormat(head), view);
    return dimensions === null ? MAX_PIXELS : dimensions[0] * dimensions[1];
  } catch {
    return 0; // no image: its decoder says so without decoding
  }
}
