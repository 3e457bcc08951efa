import { crc32 } from "node:zlib";

/** What decides how a PNG is decoded. */
export interface PngHeader {
  readonly bitDepth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha */
  readonly colourType: number;
}

const SIGNATURE_BYTES = 8;

/**
 * Reads the chunks of a PNG up to its pixels and checks them as Pillow does: each must lie inside the file and match
 * its checksum (libpng, as sharp sets it up, would pass over a wrong one, and so read a damaged size or palette).
 *
 * @param bytes a file that starts with PNG's signature
 * @returns the header, or in words what is wrong with the file
 * @see PNG specification, third edition, section 5; Pillow src/PIL/PngImagePlugin.py, ChunkStream
 */
export function readPngHeader(bytes: Uint8Array): PngHeader | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PngHeader | undefined;
  for (let p = SIGNATURE_BYTES; p + 8 <= bytes.length; ) {
    const length = view.getUint32(p);
    const kind = String.fromCharCode(...bytes.subarray(p + 4, p + 8));
    if (kind === "IDAT") return header ?? "its pixels come before its header";
    const end = p + 8 + length;
    if (end + 4 > bytes.length) break;
    if (crc32(bytes.subarray(p + 4, end)) !== view.getUint32(end)) return `its ${kind} chunk has a wrong checksum`;
    if (kind === "IHDR" && length >= 13) header = { bitDepth: bytes[p + 16]!, colourType: bytes[p + 17]! };
    p = end + 4;
  }
  return "it ends before its pixels";
}
