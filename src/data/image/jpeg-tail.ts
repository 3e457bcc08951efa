import type { JpegHeader } from "./jpeg-header.ts";
import { findMarker, isRestart, isStandalone, MARKER, markerName, segmentEnd } from "./jpeg-markers.ts";

const BLOCK = 65_536; // bytes that Pillow reads at a time, ImageFile.MAXBLOCK
const END = -1; // no marker: the data ends

/** Reads markers from `at` on, as libjpeg does between scans. */
interface Cursor {
  at: number;
  /** a marker that was found and not processed yet, or 0 */
  unread: number;
}

/**
 * Reads the data after the only scan of a JPEG as libjpeg does. Pillow lets libjpeg read the file to its end; libvips
 * does not. A stray marker in the scan ends its data, and only markers that belong there may follow.
 *
 * Where the scan ends does not depend on its content: libjpeg goes from marker to marker, whether it runs out of data
 * before one or has data left. Pillow accepts a fault that libjpeg could only see in the next 64 KiB.
 *
 * @returns what libjpeg refuses, or undefined
 * @see libjpeg-turbo src/jdmarker.c: next_marker, read_markers, read_restart_marker, jpeg_resync_to_restart; Pillow
 *   src/libImaging/JpegDecode.c, case 4
 */
export function checkJpegTail(bytes: Uint8Array, header: JpegHeader): string | undefined {
  const cursor: Cursor = { at: header.scan, unread: 0 };
  if (!passRestarts(bytes, cursor, header)) return undefined; // truncated in the scan: the decoder reports it
  if (cursor.unread === 0 && !nextMarker(bytes, cursor)) return undefined;
  const available = bytes.subarray(0, Math.ceil(cursor.at / BLOCK) * BLOCK);
  do {
    const marker = cursor.unread;
    cursor.unread = 0;
    if (marker === MARKER.EOI) return undefined;
    const end = passSegment(available, cursor.at, marker);
    if (typeof end === "string") return end;
    if (end === END) return undefined;
    cursor.at = end;
  } while (nextMarker(available, cursor));
  return undefined;
}

/**
 * Checks arithmetic coding, which cannot wait for data: libjpeg fails where a scan continues in the next 64 KiB that
 * Pillow reads.
 *
 * @returns what Pillow refuses, or undefined
 * @see libjpeg-turbo src/jdarith.c, get_byte
 */
export function checkArithmeticScans(bytes: Uint8Array, header: JpegHeader): string | undefined {
  const cursor: Cursor = { at: header.scan, unread: 0 };
  for (;;) {
    const start = cursor.at;
    let goesOn: boolean;
    do goesOn = nextMarker(bytes, cursor);
    while (goesOn && isRestart(cursor.unread));
    if (Math.ceil(start / BLOCK) * BLOCK < (goesOn ? cursor.at : bytes.length)) {
      return "its arithmetic coding continues after 64 KiB, where Pillow cannot read it";
    }
    if (!goesOn) return undefined;
    for (let isScan = false; !isScan; ) {
      isScan = cursor.unread === MARKER.SOS;
      if (cursor.unread === MARKER.EOI || cursor.at + 2 > bytes.length) return undefined;
      if (!isStandalone(cursor.unread)) cursor.at = segmentEnd(bytes, cursor.at);
      if (!isScan && !nextMarker(bytes, cursor)) return undefined;
    }
  }
}

/** Skips the scan's restart markers, including wrong ones. @returns false if the data ends first */
function passRestarts(bytes: Uint8Array, cursor: Cursor, { mcus, restartInterval }: JpegHeader): boolean {
  if (restartInterval === 0) return true;
  let desired = 0;
  for (let left = Math.ceil(mcus / restartInterval) - 1; left > 0; left--, desired = (desired + 1) & 7) {
    if (cursor.unread === 0 && !nextMarker(bytes, cursor)) return false;
    for (;;) {
      const marker = cursor.unread;
      const restarts = isRestart(marker);
      const ahead = (marker - MARKER.RST0 - desired) & 7;
      if (restarts && ahead !== 1 && ahead !== 2 && ahead !== 6 && ahead !== 7) {
        cursor.unread = 0; // the expected one, or one too far away to be identified
        break;
      }
      if (!restarts && marker >= MARKER.SOF0) return true; // stays unread to the scan's end
      if (restarts && ahead <= 2) break; // a later one stays unread until its turn
      if (!nextMarker(bytes, cursor)) return false;
    }
  }
  return true;
}

/** Finds the next marker. @returns false if there is none */
function nextMarker(bytes: Uint8Array, cursor: Cursor): boolean {
  const at = findMarker(bytes, cursor.at);
  if (at < 0) return false;
  cursor.at = at;
  cursor.unread = bytes[at - 1]!;
  return true;
}

/** Returns the end of a marker's parameters at `at`, `END` if the data ends first, or a description of the fault. */
function passSegment(bytes: Uint8Array, at: number, marker: number): number | string {
  const name = markerName(marker);
  if (isRestart(marker) || marker === MARKER.TEM) return at;
  const isHierarchical = marker === MARKER.DHP || marker === MARKER.EXP;
  const isKnown = marker >= MARKER.SOF0 && !isHierarchical && (marker < 0xf0 || marker === MARKER.COM);
  if (!isKnown || marker === MARKER.SOI) return `a stray marker ${name} follows its image data`;
  if (marker <= MARKER.SOF15 && marker !== MARKER.DHT && marker !== MARKER.DAC)
    return `a second frame header, ${name}, follows its image data`;
  if (at + 2 > bytes.length) return END;
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  const end = segmentEnd(bytes, at);
  const wrong = `a marker ${name} that does not fit follows its image data`;
  switch (marker) {
    case MARKER.SOS: // a second scan never belongs there; but Pillow accepts it where its data ends
      return passScanHeader(bytes, at, length, wrong);
    case MARKER.DHT:
      return passHuffmanTables(bytes, at + 2, length - 2, wrong);
    case MARKER.DAC:
      return passArithmetic(bytes, at + 2, length - 2, wrong);
    case MARKER.DQT:
      return passQuantization(bytes, at + 2, length - 2, wrong);
    case MARKER.DRI:
      if (length !== 4) return wrong;
      return at + 4 > bytes.length ? END : at + 4;
    default:
      return end > bytes.length ? END : end;
  }
}

function passScanHeader(bytes: Uint8Array, at: number, length: number, wrong: string): number | string {
  if (at + 3 > bytes.length) return END;
  const components = bytes[at + 2]!;
  if (length !== components * 2 + 6 || components < 1 || components > 4) return wrong;
  return at + length > bytes.length ? END : wrong;
}

function passHuffmanTables(bytes: Uint8Array, at: number, length: number, wrong: string): number | string {
  let p = at;
  let left = length;
  while (left > 16) {
    if (p + 17 > bytes.length) return END;
    const index = bytes[p]! & ~0x10;
    let count = 0;
    for (let i = 1; i <= 16; i++) count += bytes[p + i]!;
    left -= 17;
    if (count > 256 || count > left) return wrong;
    if (p + 17 + count > bytes.length) return END;
    if (index > 3) return wrong;
    p += 17 + count;
    left -= count;
  }
  return left === 0 ? p : wrong;
}

function passArithmetic(bytes: Uint8Array, at: number, length: number, wrong: string): number | string {
  let p = at;
  let left = length;
  for (; left > 0; left -= 2, p += 2) {
    if (p + 2 > bytes.length) return END;
    const [index, value] = [bytes[p]!, bytes[p + 1]!];
    if (index >= 32 || (index < 16 && (value & 15) > value >> 4)) return wrong;
  }
  return left === 0 ? p : wrong;
}

function passQuantization(bytes: Uint8Array, at: number, length: number, wrong: string): number | string {
  let p = at;
  let left = length;
  while (left > 0) {
    if (p >= bytes.length) return END;
    if ((bytes[p]! & 15) > 3) return wrong;
    const size = bytes[p]! < 16 ? 65 : 129;
    if (p + size > bytes.length) return END;
    p += size;
    left -= size;
  }
  return left === 0 ? p : wrong;
}
