import { MAX_PIXELS } from "../../data/image/decoded-image.ts";
import { readDimensions } from "../../data/image/image-dimensions.ts";
import { recognizeFormat } from "../../data/image/image-format.ts";
import { openTiff } from "../../data/image/tiff.ts";
import { tiffKind } from "../../data/image/tiff-kind.ts";
import { InputError } from "../../foundation/errors.ts";

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
    const format = recognizeFormat(head);
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
    const dimensions = readDimensions(format, view);
    if (dimensions === null) return whole ? `the ${format} ends before it says its size` : NEEDS_MORE;
    const [width, height] = dimensions;
    if (format !== "GIF" && (width === 0 || height === 0)) return `the ${format} is of ${width} × ${height} pixels`;
    return width * height > MAX_PIXELS ? `the ${format} is of more than ${MAX_PIXELS} pixels` : null;
  } catch (cause) {
    if (cause instanceof InputError) return cause.message;
    throw cause;
  }
}

/** What {@link checkImageHeader} answers where the head ends before that can be said. */
export const NEEDS_MORE = "more";
