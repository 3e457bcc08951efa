import { InputError } from "../../foundation/errors.ts";

/** The formats that are decoded to the same bytes as by Pillow. */
export type ImageFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "TIFF";

interface Signature {
  readonly format: string;
  readonly magic: string; // Latin-1 text of the bytes
  readonly offset?: number;
}

const DECODED: readonly (Signature & { format: ImageFormat })[] = [
  { format: "JPEG", magic: "\xff\xd8\xff" },
  { format: "PNG", magic: "\x89PNG\r\n\x1a\n" },
  { format: "WebP", magic: "WEBP", offset: 8 },
  { format: "GIF", magic: "GIF87a" },
  { format: "GIF", magic: "GIF89a" },
  ...["II*\0", "MM\0*", "II\0*", "MM*\0", "II+\0", "MM\0+"].map((magic) => ({ format: "TIFF" as const, magic })),
];

// formats that people have in folders and Pillow may read, but that sharp's build does not read, or not to the same
// bytes
const NAMED: readonly Signature[] = [
  { format: "BMP", magic: "BM" },
  { format: "AVIF or HEIF", magic: "ftyp", offset: 4 },
  { format: "JPEG 2000", magic: "\0\0\0\x0cjP  " },
  { format: "JPEG 2000", magic: "\xffO\xffQ" },
  { format: "JPEG XL", magic: "\0\0\0\x0cJXL " },
  { format: "JPEG XL", magic: "\xff\x0a" },
  { format: "Photoshop", magic: "8BPS" },
  { format: "PDF", magic: "%PDF" },
  { format: "icon", magic: "\0\0\x01\0" },
  ...["P1", "P2", "P3", "P4", "P5", "P6"].map((magic) => ({ format: "portable pixmap", magic })),
];

/**
 * Recognizes the format by the first bytes; the file's name does not count.
 *
 * @throws InputError if there are no bytes or they are not an image of a supported format; it names what they appear to
 *   be
 */
export function recognizeFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new InputError("the image file is empty (0 bytes)");
  const found = DECODED.find((signature) => matches(bytes, signature));
  if (found !== undefined) return found.format;
  const accepted = "expected JPEG, PNG, WebP, GIF or TIFF";
  const named = NAMED.find((signature) => matches(bytes, signature));
  if (named !== undefined) throw new InputError(`${accepted}, got ${named.format}; convert it to PNG`);
  const start = latin1(bytes, 0, 256).trimStart();
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg\b/is.test(start)) {
    throw new InputError(`${accepted}, got SVG; convert it to PNG`);
  }
  if (/^[\t\n\r\x20-\x7e]+$/.test(start)) {
    throw new InputError(`${accepted}, got text that starts with ${JSON.stringify(start.slice(0, 24))}`);
  }
  throw new InputError(`${accepted}, got ${bytes.length} bytes of an unknown format`);
}

function matches(bytes: Uint8Array, { format, magic, offset = 0 }: Signature): boolean {
  if (latin1(bytes, offset, magic.length) !== magic) return false;
  return format !== "WebP" || latin1(bytes, 0, 4) === "RIFF";
}

function latin1(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
