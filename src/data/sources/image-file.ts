import { InputError } from "../../foundation/errors.ts";
import { isSettled } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { MAX_BYTES } from "../../foundation/files/regular-file.ts";
import { type FileBytes, openFileBytes, readFileStart } from "./byte-source.ts";
import { fileOf, type ImageEntry, imageIdentity, systemPath } from "./image-entry.ts";
import type { ImageBytes } from "./image-source.ts";

/**
 * Reads an image's file. Its state is taken when it is opened, before the first byte, so any later change of the bytes
 * changes the state.
 */
export async function readImageFile(root: string, image: ImageEntry): Promise<ImageBytes> {
  const path = fileOf(root, image);
  const now = Date.now();
  if (image.bytes > MAX_BYTES) {
    throw new InputError(`${path}: has ${image.bytes} bytes; the maximum for an image is ${MAX_BYTES}`);
  }
  try {
    const file = await openFileBytes(systemPath(root, image.path));
    try {
      const bytes = await readListed(path, file, image.bytes);
      return { bytes, identity: isSettled(file.opened, now) ? imageIdentity(image, file.opened) : "" };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** @param listed  size of the file in bytes when it was listed */
async function readListed(path: string, file: FileBytes, listed: number): Promise<Uint8Array> {
  const bytes = file.byteLength === listed ? new Uint8Array(await file.slice(0, listed)) : null;
  if (bytes?.length === listed) return bytes;
  throw new InputError(
    `${path}: changed during the run: it has ${bytes?.length ?? file.byteLength} bytes, but had ${listed} when it was listed`,
  );
}

/** Reads the first bytes of an image's file, up to the size of `into`; returns a view of `into`. */
export function readImageStart(root: string, image: ImageEntry, into: Uint8Array): Uint8Array {
  return readFileStart(systemPath(root, image.path), 0, into, fileOf(root, image));
}
