import type { ImageFormat } from "./image-format.ts";
import { findMarker, isStandalone, isStartOfFrame, MARKER, segmentEnd } from "./jpeg-markers.ts";

/** Width and height in pixels; null where the bytes end before them. */
export type Dimensions = readonly [width: number, height: number] | null;

/**
 * Reads the size that an image states in its first bytes; nothing else of it is read.
 *
 * @param view the file's first bytes, or all of them
 */
export function readDimensions(format: ImageFormat, view: DataView): Dimensions {
  switch (format) {
    case "JPEG":
      return jpeg(view);
    case "PNG":
      return png(view);
    case "GIF":
      return gif(view);
    case "WebP":
      return webp(view);
    case "TIFF":
      return tiff(view);
  }
}

/** Finds the first frame header; segments before it are skipped by their length. */
function jpeg(view: DataView): Dimensions {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let p = findMarker(bytes, 2); p >= 0 && p + 7 <= bytes.length; p = findMarker(bytes, p)) {
    const marker = bytes[p - 1]!;
    if (isStartOfFrame(marker)) return [view.getUint16(p + 5), view.getUint16(p + 3)];
    if (marker === MARKER.SOS || marker === MARKER.EOI) return null; // there is no frame
    if (!isStandalone(marker)) p = segmentEnd(bytes, p);
  }
  return null;
}

function png(view: DataView): Dimensions {
  return view.byteLength < 24 ? null : [view.getUint32(16), view.getUint32(20)];
}

/**
 * Reads the screen size, or the part that the first frame needs where it extends beyond. @see GIF89a, sections 18 to 24
 */
function gif(view: DataView): Dimensions {
  if (view.byteLength < 13) return null;
  const paletteBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + paletteBytes(view.getUint8(10));
  while (at + 1 < view.byteLength && view.getUint8(at) === 0x21) {
    at += 2; // an extension: its label, then blocks of data up to an empty one
    while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at++;
  }
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  if (at < view.byteLength && view.getUint8(at) !== 0x2c) return [width, height]; // there is no frame
  if (at + 9 > view.byteLength) return null;
  const uint16 = (offset: number) => view.getUint16(at + offset, true);
  return [Math.max(width, uint16(1) + uint16(5)), Math.max(height, uint16(3) + uint16(7))];
}

/** @see RFC 9649 (WebP), sections 2.5 to 2.7; RFC 6386, section 9.1 */
function webp(view: DataView): Dimensions {
  if (view.byteLength < 30) return null;
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (view.getUint8(15)) {
    case 0x58: // "VP8X"
      return [uint24(24) + 1, uint24(27) + 1];
    case 0x4c: {
      const bits = view.getUint32(21, true); // "VP8L"
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    default:
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  }
}

/**
 * Reads tags 256 and 257 of the first directory, which may be anywhere in the file; entries of a BigTIFF have 20 bytes,
 * not 12.
 *
 * @see TIFF 6.0, section 2; https://libtiff.gitlab.io/libtiff/specification/bigtiff.html
 */
function tiff(view: DataView): Dimensions {
  if (view.byteLength < 16) return null;
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const uint64 = (at: number) => Number(view.getBigUint64(at, little));
  const at = big ? uint64(8) : view.getUint32(4, little);
  if (at + 8 > view.byteLength) return null;
  const [countBytes, entryBytes, valueAt] = big ? [8, 20, 12] : [2, 12, 8];
  let [width, height] = [0, 0];
  let entry = at + countBytes;
  for (let left = big ? uint64(at) : view.getUint16(at, little); left > 0; left--, entry += entryBytes) {
    if (entry + entryBytes > view.byteLength) return null;
    const tag = view.getUint16(entry, little);
    const isShort = view.getUint16(entry + 2, little) === 3;
    const value = isShort ? view.getUint16(entry + valueAt, little) : view.getUint32(entry + valueAt, little);
    if (tag === 256) width = value;
    if (tag === 257) height = value;
  }
  return width > 0 && height > 0 ? [width, height] : null;
}
