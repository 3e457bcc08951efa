import { InputError } from "../../foundation/errors.ts";
import type { ImageFormat } from "./image-format.ts";

/** A decoded image: (height, width, 3) bytes, red, green, blue, without padding between rows. */
export interface DecodedImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Maximum size of a decoded image in pixels, equal to Pillow's limit (twice Image.MAX_IMAGE_PIXELS): 537 MB as RGB. */
export const MAX_PIXELS = 178_956_970;

/** @throws InputError if an image of this size is too large to decode */
export function checkSize(format: ImageFormat, width: number, height: number): void {
  if (width * height > MAX_PIXELS) throw tooLarge(format);
}

/** Makes the error for an image whose size is refused. */
export function tooLarge(format: ImageFormat, cause?: unknown): InputError {
  return new InputError(`a ${format} image of more than ${MAX_PIXELS} pixels, which is the maximum; make it smaller`, {
    cause,
  });
}

/** Makes the error for an image that cannot be decoded. */
export function damaged(format: ImageFormat, reason: string, cause?: unknown): InputError {
  return new InputError(`the ${format} image cannot be decoded; it may be damaged or truncated: ${reason}`, { cause });
}
