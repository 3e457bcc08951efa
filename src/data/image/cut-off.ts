import { recognizeFormat } from "./image-format.ts";

/** Bytes at the end of a file in which its end marker is searched for: some programs append a little. */
const TAIL = 1024;

/**
 * Describes whether the end of an image file is missing, by its bytes alone: decoders' messages differ from call to
 * call.
 *
 * @param bytes  the whole file
 * @returns a description of what is missing; null where nothing is, or where the format does not show it
 */
export function describeCutOff(bytes: Uint8Array): string | null {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-TAIL);
  const format = formatOf(bytes);
  switch (format) {
    case "JPEG":
      return tail.includes(Buffer.of(0xff, 0xd9)) ? null : "the JPEG is cut off: it has no end-of-image marker";
    case "PNG":
      return tail.includes("IEND") ? null : "the PNG is cut off: it has no IEND chunk";
    case "WebP": {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const stated = bytes.length < 8 ? Number.POSITIVE_INFINITY : view.getUint32(4, true) + 8;
      return stated <= bytes.length ? null : `the WebP is cut off: it states ${stated} bytes, has ${bytes.length}`;
    }
    default:
      return null;
  }
}

function formatOf(bytes: Uint8Array): string | null {
  try {
    return recognizeFormat(bytes);
  } catch {
    return null;
  }
}
