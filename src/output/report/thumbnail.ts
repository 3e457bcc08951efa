import { loadSharp } from "../../data/image/load-sharp.ts";
import { InputError } from "../../foundation/errors.ts";

/** Longest side in pixels: twice what the page shows, for dense screens. */
const SIDE = 192;
const QUALITY = 70;

/**
 * A small picture of an image, to look at, not to measure.
 *
 * @returns a data URI of a WebP image
 * @throws InputError if the bytes are no image
 */
export async function thumbnail(bytes: Uint8Array, where: string): Promise<string> {
  const sharp = loadSharp();
  try {
    const webp = await sharp(bytes)
      .resize(SIDE, SIDE, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toBuffer();
    return `data:image/webp;base64,${webp.toString("base64")}`;
  } catch (cause) {
    throw new InputError(`${where}: cannot be shown: ${(cause as Error).message}`, { cause });
  }
}
