/** What decides how a JPEG is decoded. */
export interface JpegHeader {
  /** 1 grey, 3 colour, 4 CMYK or YCCK */
  readonly components: number;
}

/**
 * Reads the frame header of a JPEG: the last one before the first scan, as Pillow does. Bytes between segments are
 * passed over, as every decoder does.
 *
 * @param bytes a file that starts with FF D8
 * @returns undefined if there is no frame header before the first scan, or the file ends first
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  let header: JpegHeader | undefined;
  for (let p = 2; p + 3 < bytes.length; ) {
    const marker = bytes[p + 1]!;
    if (bytes[p] !== 0xff || marker === 0xff || marker === 0) {
      p++; // junk, or fill bytes before a marker
    } else if (marker === 0xda) {
      return header; // start of scan
    } else if (marker === 0xd8 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      p += 2; // markers without a length
    } else {
      if (isStartOfFrame(marker) && p + 9 < bytes.length) header = { components: bytes[p + 9]! };
      p += 2 + Math.max(2, (bytes[p + 2]! << 8) | bytes[p + 3]!);
    }
  }
  return undefined;
}

function isStartOfFrame(marker: number): boolean {
  // C0 to CF, but for Huffman tables (C4), JPEG extensions (C8) and arithmetic conditioning (CC)
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
