import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { identityOf, isSettled, stateWithinRun } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-text.ts";
import { openRegularWithStats, readRegularHead } from "../../foundation/files/regular-file.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { ImageEntry } from "./image-list.ts";
import type { TarReader } from "./tar-reader.ts";

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

/**
 * Reads an image's file, or its bytes in a tar. The state is taken from the open file before the first byte: whatever
 * changes the bytes read after that gives the file another.
 *
 * @returns the bytes, and how the file's state is told
 * @throws InputError if it cannot be read, or is not as it was listed
 */
export async function readImage(
  root: string,
  image: ImageEntry,
  tars: TarReader,
): Promise<{ readonly bytes: Uint8Array; readonly identity: string }> {
  const path = join(root, image.path);
  const now = Date.now();
  const { tar } = image;
  if (tar !== undefined) {
    const file = join(root, tar.file);
    const { content, stats } = await tars.readWithStats(file, tar.offset, tar.bytes);
    if (tar.state !== undefined && stateWithinRun(file, stats) !== tar.state) {
      throw new InputError(`${file}: changed during the run, after its members were listed`);
    }
    return { bytes: content, identity: isSettled(stats, now) ? imageIdentity(image, stats) : "" };
  }
  try {
    const { bytes, stats } = await readFileWithStats(path, image.bytes);
    return { bytes, identity: isSettled(stats, now) ? imageIdentity(image, stats) : "" };
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** The first bytes of an image; what became of its file is asked when it is read whole. @throws InputError if it cannot be read */
export async function readImageHead(
  root: string,
  { path, tar }: ImageEntry,
  tars: TarReader,
  length: number,
): Promise<{ readonly bytes: Uint8Array; readonly identity: string }> {
  if (tar !== undefined) {
    return { bytes: await tars.read(join(root, tar.file), tar.offset, Math.min(length, tar.bytes)), identity: "" };
  }
  try {
    return { bytes: await readRegularHead(join(root, path), length), identity: "" };
  } catch (cause) {
    throw readError(join(root, path), cause);
  }
}

/** The state of an image in its file: for one in a tar, the tar's and its place in it. */
export function imageIdentity({ tar }: ImageEntry, stats: BigIntStats): string {
  return tar === undefined ? identityOf(stats) : `${identityOf(stats)} ${tar.offset}`;
}

/** SHA-256 of each image's bytes. Images that cannot be read, or are not as they were listed, are {@link UNREADABLE}. */
export async function hashImages(
  root: string,
  images: readonly ImageEntry[],
  tars: TarReader,
): Promise<ImageContent[]> {
  const contents: ImageContent[] = new Array(images.length);
  let next = 0;
  const worker = async () => {
    while (next < images.length) {
      const at = next++;
      contents[at] = await hashImage(root, images[at] as ImageEntry, tars);
    }
  };
  await Promise.all(Array.from({ length: AHEAD }, worker));
  return contents;
}

async function hashImage(root: string, image: ImageEntry, tars: TarReader): Promise<ImageContent> {
  try {
    const { bytes, identity } = await readImage(root, image, tars);
    return { sha256: sha256(bytes), identity };
  } catch (error) {
    if (error instanceof InputError) return UNREADABLE;
    throw error;
  }
}

/** One read of Node takes 2 GiB − 1 at most, and no image comes near. */
const MOST_BYTES = 2 ** 31 - 1;

/** @param expected  bytes of the file when it was listed */
async function readFileWithStats(
  path: string,
  expected: number,
): Promise<{ readonly bytes: Uint8Array; readonly stats: BigIntStats }> {
  if (expected > MOST_BYTES) {
    throw new InputError(`${path}: has ${expected} bytes; ${MOST_BYTES} are the most that is read as an image`);
  }
  const { file, stats } = await openRegularWithStats(path);
  try {
    const bytes = Buffer.allocUnsafeSlow(expected); // returned only when it is full
    const found = Number(stats.size);
    let filled = 0;
    while (found === expected && filled < expected) {
      const { bytesRead } = await file.read(bytes, filled, expected - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (found === expected && filled === expected) return { bytes, stats };
    const length = found === expected ? filled : found;
    throw new InputError(
      `${path}: changed during the run: it has ${length} bytes, and had ${expected} when it was listed`,
    );
  } finally {
    await file.close();
  }
}
