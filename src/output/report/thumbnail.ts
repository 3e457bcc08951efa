import { loadSharp } from "../../data/image/load-sharp.ts";
import { InputError } from "../../foundation/errors.ts";

/** Longest side in pixels: twice the size on the page, for high-density screens. */
const SIDE = 192;
const QUALITY = 70;

/**
 * Makes a thumbnail of an image, for display only.
 *
 * @returns a data URI of a WebP image
 * @throws InputError if the bytes are not an image
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
