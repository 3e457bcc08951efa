/** What decides how a TIFF is decoded. */
export interface TiffHeader {
  /** the colour interpretation: 0 and 1 grey, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr, 8 Lab */
  readonly photometric: number;
  /** bits of one sample; all samples have the same */
  readonly bits: number;
  readonly samples: number;
  /** what samples beyond the colours are: 0 unspecified, 1 associated alpha, 2 alpha */
  readonly extraSamples: readonly number[];
  /** whether each channel is stored as a plane of its own */
  readonly planar: boolean;
  /** 7 is JPEG */
  readonly compression: number;
  /** 1 unsigned, 2 signed, 3 floating point */
  readonly sampleFormat: number;
}

const TAG = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  samplesPerPixel: 277,
  planarConfiguration: 284,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

const SHORT = 3; // the type of all these tags

// tags without which the pixels are not what was written: places and lengths of strips and tiles, and the palette
const NEEDED = [TAG.bitsPerSample, 273, 279, 320, 324, 325];
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]; // by type number
const MOST_VALUES = 16; // no image that is decoded has as many samples

/**
 * Reads the first directory of a TIFF, with the specification's defaults for what it leaves out.
 *
 * @param bytes a file that starts with "II*\0" or "MM\0*"
 * @returns undefined if the directory is not inside the file, lacks the colour interpretation, points outside the
 *   file for what the pixels need, or its samples differ in their bits
 * @see TIFF Revision 6.0, sections 2 and 8
 */
export function readTiffHeader(bytes: Uint8Array): TiffHeader | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return undefined;
  const entries = view.getUint16(directory, little);
  if (directory + 2 + entries * 12 > bytes.length) return undefined;

  const isWhole = (entry: number): boolean => {
    const length = (TYPE_BYTES[view.getUint16(entry + 2, little)] ?? 0) * view.getUint32(entry + 4, little);
    return length <= 4 || view.getUint32(entry + 8, little) + length <= bytes.length;
  };
  for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
    if (NEEDED.includes(view.getUint16(entry, little)) && !isWhole(entry)) return undefined;
  }

  const shorts = (tag: number): number[] | undefined => {
    for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
      if (view.getUint16(entry, little) !== tag || view.getUint16(entry + 2, little) !== SHORT) continue;
      const count = view.getUint32(entry + 4, little);
      const at = count <= 2 ? entry + 8 : view.getUint32(entry + 8, little);
      if (count > MOST_VALUES || at + count * 2 > bytes.length) return undefined;
      return Array.from({ length: count }, (_, k) => view.getUint16(at + k * 2, little));
    }
    return undefined;
  };
  const short = (tag: number): number | undefined => shorts(tag)?.[0];

  const photometric = short(TAG.photometric);
  const bits = shorts(TAG.bitsPerSample) ?? [1];
  if (photometric === undefined || bits[0] === undefined || bits.some((value) => value !== bits[0])) return undefined;
  return {
    photometric,
    bits: bits[0],
    samples: short(TAG.samplesPerPixel) ?? 1,
    extraSamples: shorts(TAG.extraSamples) ?? [],
    planar: short(TAG.planarConfiguration) === 2,
    compression: short(TAG.compression) ?? 1,
    sampleFormat: short(TAG.sampleFormat) ?? 1,
  };
}
