import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";

/** Content of an image's file. */
export interface ImageContent {
  /** 64 hexadecimal digits; empty for an unreadable file */
  readonly sha256: string;
  /** state of the file that was read; empty if later changes might not be detectable */
  readonly identity: string;
}

export const UNREADABLE: ImageContent = { sha256: "", identity: "" };

/** Number of files read ahead of hashing. */
const AHEAD = 2;

/**
 * Computes the SHA-256 of each image's bytes; {@link UNREADABLE} for images that are unreadable or changed since they
 * were listed.
 */
export async function hashImages(source: ImageSource, images: readonly ImageEntry[]): Promise<ImageContent[]> {
  const contents: ImageContent[] = new Array(images.length);
  let next = 0;
  const worker = async () => {
    while (next < images.length) {
      const at = next++;
      contents[at] = await hashImage(source, images[at] as ImageEntry);
    }
  };
  await Promise.all(Array.from({ length: AHEAD }, worker));
  return contents;
}

async function hashImage(source: ImageSource, image: ImageEntry): Promise<ImageContent> {
  try {
    const { bytes, identity } = await source.read(image);
    return { sha256: sha256(bytes), identity };
  } catch (error) {
    if (error instanceof InputError) return UNREADABLE;
    throw error;
  }
}
