import { MOST_PIXELS } from "../image/decode.ts";
import { recogniseFormat } from "../image/image-format.ts";
import { openTiff } from "../image/tiff.ts";
import { tiffKind } from "../image/tiff-kind.ts";
import { InputError } from "../input-error.ts";

/** Width and height, pixels; null where the bytes end before they are said. */
type Dimensions = readonly [width: number, height: number] | null;

/**
 * Checks the first bytes of an image without decoding it: a format that is decoded, and dimensions that can be. What
 * comes after the header is not looked at.
 *
 * @param head   the file's first bytes, or all of them
 * @param bytes  the whole file's size
 * @returns what is wrong, in words; null where nothing is; "more" where the head ends before that can be said
 */
export function checkImageHeader(head: Uint8Array, bytes: number): string | null {
  try {
    const format = recogniseFormat(head);
    const whole = head.length >= bytes;
    if (format === "TIFF") {
      if (!whole) return NEEDS_MORE; // its directory may be anywhere
      const { layout } = openTiff(head);
      if (layout.compression !== 1) tiffKind(layout);
      return null;
    }
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (format === "WebP" && head.length >= 8 && view.getUint32(4, true) + 8 > bytes) {
      return `the WebP is cut off: it says ${view.getUint32(4, true) + 8} bytes, has ${bytes}`;
    }
    const dimensions =
      format === "JPEG" ? jpeg(view) : format === "PNG" ? png(view) : format === "GIF" ? gif(view) : webp(view);
    if (dimensions === null) return whole ? `the ${format} ends before it says its size` : NEEDS_MORE;
    const [width, height] = dimensions;
    if (format !== "GIF" && (width === 0 || height === 0)) return `the ${format} is of ${width} × ${height} pixels`;
    return width * height > MOST_PIXELS ? `the ${format} is of more than ${MOST_PIXELS} pixels` : null;
  } catch (cause) {
    if (cause instanceof InputError) return cause.message;
    throw cause;
  }
}

/** What {@link checkImageHeader} answers where the head ends before that can be said. */
export const NEEDS_MORE = "more";

/** The first frame header; segments before it are passed over by their length. @see ITU-T T.81, annex B */
function jpeg(view: DataView): Dimensions {
  for (let p = 2; p + 9 <= view.byteLength; ) {
    const marker = view.getUint8(p + 1);
    if (view.getUint8(p) !== 0xff || marker === 0xff || marker === 0) {
      p++; // fill bytes, or bytes between segments
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return [view.getUint16(p + 7), view.getUint16(p + 5)];
    } else if (marker === 0xda || marker === 0xd9) {
      return null; // the scan, or the end, without a frame
    } else {
      p += marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + Math.max(2, view.getUint16(p + 2));
    }
  }
  return null;
}

function png(view: DataView): Dimensions {
  return view.byteLength < 24 ? null : [view.getUint32(16), view.getUint32(20)];
}

function gif(view: DataView): Dimensions {
  return view.byteLength < 13 ? null : [view.getUint16(6, true), view.getUint16(8, true)];
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
