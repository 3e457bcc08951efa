/** What decides how a JPEG is decoded, and whether Pillow accepts it. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 color, 4 CMYK or YCCK */
  readonly components: number;
  /** whether there is one scan of all components, so that Pillow decodes row by row */
  readonly singleScan: boolean;
  readonly arithmetic: boolean;
  /** MCUs of that scan, and MCUs between restart markers, 0 for none */
  readonly mcus: number;
  readonly restartInterval: number;
  /** where the entropy-coded data of the first scan starts */
  readonly scan: number;
}

interface Frame {
  readonly marker: number;
  readonly width: number;
  readonly height: number;
  readonly sampling: readonly (readonly [id: number, horizontal: number, vertical: number])[];
}

/**
 * Reads the segments of a JPEG up to its first scan and refuses what Pillow's own reader refuses there; libjpeg, which
 * reads them again, has rules beyond these.
 *
 * @param bytes a file that starts with FF D8 FF
 * @returns the header, or in words what is wrong with the file
 * @see Pillow 12.3.0 src/PIL/JpegImagePlugin.py, JpegImageFile._open and the handlers of MARKER
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | string {
  let frame: Frame | undefined;
  let restartInterval = 0;
  const profiles: Uint8Array[] = [];
  for (let p = 2; p + 1 < bytes.length; ) {
    const marker = bytes[p + 1]!;
    if (bytes[p] !== 0xff || marker === 0xff) {
      p++; // junk, or fill bytes before a marker
      continue;
    }
    if (marker === 0 || hasNoParameters(marker)) {
      p += 2;
      continue;
    }
    if (marker < 0xc0) return `it has an unknown marker, FF ${hex(marker)}, before its image data`;
    if (p + 4 > bytes.length) break;
    const end = p + 2 + Math.max(2, word(bytes, p + 2));
    if (end > bytes.length) break;
    const segment = bytes.subarray(p + 4, end);
    if (marker === 0xda) {
      if (frame === undefined) return "its image data comes before its frame header";
      return describe(frame, segment, restartInterval, end);
    }
    if (isStartOfFrame(marker)) {
      const read = readFrame(marker, segment);
      if (typeof read === "string") return read;
      if (profiles.some((profile) => profile.length < 14)) return "its color profile is cut off";
      frame = read;
    }
    if (marker === 0xe2 && startsWith(segment, "ICC_PROFILE\0")) profiles.push(segment);
    if (marker === 0xdd && segment.length >= 2) restartInterval = word(segment, 0);
    const wrong = checkSegment(marker, segment);
    if (wrong !== undefined) return wrong;
    p = end;
  }
  return "it ends before its image data";
}

/** Markers that Pillow takes for markers and reads no length after; libjpeg refuses some of them. */
function hasNoParameters(marker: number): boolean {
  return (marker >= 0xd0 && marker <= 0xd9) || marker === 0xc8 || (marker >= 0xf0 && marker <= 0xfd);
}

function isStartOfFrame(marker: number): boolean {
  // C0 to CF, but for Huffman tables (C4), JPEG extensions (C8) and arithmetic conditioning (CC); and DHP (DE)
  if (marker === 0xde) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, segment: Uint8Array): Frame | string {
  if (segment.length < 6 || (segment.length - 6) % 3 !== 0) return "its frame header is cut off";
  if (segment[0] !== 8) return `it has ${segment[0]} bits a sample, expected 8`;
  const sampling: [number, number, number][] = [];
  for (let p = 6; p < segment.length; p += 3) {
    sampling.push([segment[p]!, segment[p + 1]! >> 4, segment[p + 1]! & 15]);
  }
  return { marker, height: word(segment, 1), width: word(segment, 3), sampling };
}

/** What Pillow refuses in other segments. */
function checkSegment(marker: number, segment: Uint8Array): string | undefined {
  if (marker === 0xe0 && startsWith(segment, "JFIF") && segment.length < 7) return "its JFIF segment is cut off";
  if (marker === 0xee && startsWith(segment, "Adobe") && segment.length < 7) return "its Adobe segment is cut off";
  if (marker === 0xed && startsWith(segment, "Photoshop 3.0\0")) return checkResources(segment);
  if (marker !== 0xdb) return undefined;
  for (let p = 0; p < segment.length; ) {
    const length = segment[p]! < 16 ? 65 : 129;
    if (p + length > segment.length) return "its quantization table is cut off";
    p += length;
  }
  return undefined;
}

/** Photoshop's resources: a name must be there where its number is. */
function checkResources(segment: Uint8Array): string | undefined {
  for (let p = 14; startsWith(segment.subarray(p), "8BIM"); ) {
    p += 6;
    if (p > segment.length) return undefined; // Pillow passes over a number that is cut off
    if (p === segment.length) return "its Photoshop segment is cut off";
    p += 1 + segment[p]!;
    p += p & 1;
    if (p + 4 > segment.length) return undefined;
    p += 4 + new DataView(segment.buffer, segment.byteOffset).getUint32(p);
    p += p & 1;
  }
  return undefined;
}

function describe(frame: Frame, scanHeader: Uint8Array, restartInterval: number, scan: number): JpegHeader {
  const { marker, width, height, sampling } = frame;
  const inScan = scanHeader[0] ?? 0;
  const most = (values: readonly number[]): number => Math.max(1, ...values);
  const across = most(sampling.map(([, horizontal]) => horizontal));
  const down = most(sampling.map(([, , vertical]) => vertical));
  const [, only = 1, onlyDown = 1] = sampling[0] ?? [];
  const units = (length: number, factor: number, largest: number): number =>
    Math.ceil((length * factor) / (largest * 8));
  const mcus =
    inScan === 1
      ? units(width, only, across) * units(height, onlyDown, down)
      : units(width, 1, across) * units(height, 1, down);
  const progressive = marker === 0xc2 || marker === 0xca;
  const components = sampling.length;
  const arithmetic = marker >= 0xc9 && marker <= 0xcf;
  return {
    width,
    height,
    components,
    singleScan: inScan === components && !progressive,
    arithmetic,
    mcus,
    restartInterval,
    scan,
  };
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0").toUpperCase();
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
