import { findMarker, isRestart, isStartOfFrame, MARKER, markerName, segmentEnd } from "./jpeg-markers.ts";

/** The properties that decide how a JPEG is decoded and whether Pillow accepts it. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 color, 4 CMYK or YCCK */
  readonly components: number;
  /** whether one scan contains all components, so that Pillow decodes row by row */
  readonly singleScan: boolean;
  readonly arithmetic: boolean;
  /** MCUs of that scan, and MCUs between restart markers (0: no markers) */
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
 * Reads the segments of a JPEG up to its first scan and refuses what Pillow's parser refuses; libjpeg, which reads them
 * again, has further rules.
 *
 * @param bytes a file that starts with FF D8 FF
 * @returns the header, or a description of what is wrong with the file
 * @see Pillow 12.3.0 src/PIL/JpegImagePlugin.py, JpegImageFile._open and the handlers of MARKER
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | string {
  let frame: Frame | undefined;
  let restartInterval = 0;
  const profiles: Uint8Array[] = [];
  for (let p = findMarker(bytes, 2); p >= 0; p = findMarker(bytes, p)) {
    const marker = bytes[p - 1]!;
    if (hasNoSegment(marker)) continue;
    if (marker < MARKER.SOF0) return `it has an unknown marker, ${markerName(marker)}, before its image data`;
    if (p + 2 > bytes.length) break;
    const end = segmentEnd(bytes, p);
    if (end > bytes.length) break;
    const segment = bytes.subarray(p + 2, end);
    if (marker === MARKER.SOS) {
      if (frame === undefined) return "its image data comes before its frame header";
      return describe(frame, segment, restartInterval, end);
    }
    if (isStartOfFrame(marker) || marker === MARKER.DHP) {
      const read = readFrame(marker, segment);
      if (typeof read === "string") return read;
      if (profiles.some((profile) => profile.length < 14)) return "its color profile is cut off";
      frame = read;
    }
    if (marker === MARKER.APP2 && startsWith(segment, "ICC_PROFILE\0")) profiles.push(segment);
    if (marker === MARKER.DRI && segment.length >= 2) restartInterval = word(segment, 0);
    const wrong = checkSegment(marker, segment);
    if (wrong !== undefined) return wrong;
    p = end;
  }
  return "it ends before its image data";
}

/** Whether Pillow reads no length after a marker; libjpeg refuses some of these. */
function hasNoSegment(marker: number): boolean {
  const isEnd = marker === MARKER.SOI || marker === MARKER.EOI;
  return isRestart(marker) || isEnd || marker === MARKER.JPG || (marker >= 0xf0 && marker < MARKER.COM);
}

function readFrame(marker: number, segment: Uint8Array): Frame | string {
  if (segment.length < 6 || (segment.length - 6) % 3 !== 0) return "its frame header is cut off";
  if (segment[0] !== 8) return `it has ${segment[0]} bits per sample, expected 8`;
  const sampling: [number, number, number][] = [];
  for (let p = 6; p < segment.length; p += 3) {
    sampling.push([segment[p]!, segment[p + 1]! >> 4, segment[p + 1]! & 15]);
  }
  return { marker, height: word(segment, 1), width: word(segment, 3), sampling };
}

/** Checks what Pillow refuses in other segments. */
function checkSegment(marker: number, segment: Uint8Array): string | undefined {
  if (marker === MARKER.APP0 && startsWith(segment, "JFIF") && segment.length < 7) return "its JFIF segment is cut off";
  if (marker === MARKER.APP14 && startsWith(segment, "Adobe") && segment.length < 7)
    return "its Adobe segment is cut off";
  if (marker === MARKER.APP13 && startsWith(segment, "Photoshop 3.0\0")) return checkResources(segment);
  if (marker !== MARKER.DQT) return undefined;
  for (let p = 0; p < segment.length; ) {
    const length = segment[p]! < 16 ? 65 : 129;
    if (p + length > segment.length) return "its quantization table is cut off";
    p += length;
  }
  return undefined;
}

/** Checks Photoshop's resources: each number must be followed by a name. */
function checkResources(segment: Uint8Array): string | undefined {
  for (let p = 14; startsWith(segment.subarray(p), "8BIM"); ) {
    p += 6;
    if (p > segment.length) return undefined; // Pillow skips a truncated number
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
  const maximum = (values: readonly number[]): number => Math.max(1, ...values);
  const across = maximum(sampling.map(([, horizontal]) => horizontal));
  const down = maximum(sampling.map(([, , vertical]) => vertical));
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

export function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
