import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";

/** What was read of an image's file. */
export interface ImageContent {
  /** 64 hexadecimal digits; empty for a file that could not be read */
  readonly sha256: string;
  /** state of the file that was read; empty where a later change might not show in it */
  readonly identity: string;
}

export const UNREADABLE: ImageContent = { sha256: "", identity: "" };

/** Images whose files are read ahead of the one that is hashed. */
const AHEAD = 2;

/** SHA-256 of each image's bytes. Images that cannot be read, or are not as they were listed, are {@link UNREADABLE}. */
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
