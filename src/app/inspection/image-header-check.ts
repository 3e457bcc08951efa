import { MAX_PIXELS } from "../../data/image/decoded-image.ts";
import { readDimensions } from "../../data/image/image-dimensions.ts";
import { recognizeFormat } from "../../data/image/image-format.ts";
import { openTiff } from "../../data/image/tiff.ts";
import { tiffKind } from "../../data/image/tiff-kind.ts";
import { InputError } from "../../foundation/errors.ts";

/**
 * Checks the header of an image without decoding it: a supported format, and dimensions within limits. Data after the
 * header is not checked.
 *
 * @param head   the file's first bytes, or all of them
 * @param bytes  the whole file's size
 * @returns a description of the problem; null if there is none; "more" if more bytes are needed
 */
export function checkImageHeader(head: Uint8Array, bytes: number): string | null {
  try {
    const format = recognizeFormat(head);
    const whole = head.length >= bytes;
    if (format === "TIFF") {
      if (!whole) return NEEDS_MORE; // the directory of a TIFF may be anywhere
      const { layout } = openTiff(head);
      if (layout.compression !== 1) tiffKind(layout);
      return null;
    }
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (format === "WebP" && head.length >= 8 && view.getUint32(4, true) + 8 > bytes) {
      return `the WebP is truncated: its header states ${view.getUint32(4, true) + 8} bytes, the file has ${bytes}`;
    }
    const dimensions = readDimensions(format, view);
    if (dimensions === null) return whole ? `the ${format} ends before its size` : NEEDS_MORE;
    const [width, height] = dimensions;
    if (format !== "GIF" && (width === 0 || height === 0)) return `the ${format} has ${width} × ${height} pixels`;
    return width * height > MAX_PIXELS ? `the ${format} has more than ${MAX_PIXELS} pixels` : null;
  } catch (cause) {
    if (cause instanceof InputError) return cause.message;
    throw cause;
  }
}

/** Result of {@link checkImageHeader} if more bytes are needed. */
export const NEEDS_MORE = "more";
