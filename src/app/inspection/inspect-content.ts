import { closeSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { decodeImage } from "../../data/image/decode.ts";
import { decodingMemory } from "../../data/image/decoding-memory.ts";
import { loadSharp } from "../../data/image/load-sharp.ts";
import type { ImageEntry } from "../../data/sources/image-list.ts";
import { createTarReader, type TarReader } from "../../data/sources/tar-reader.ts";
import { type MemoryBudget, openBudget, shareBudget } from "../../evaluation/embedding/memory-budget.ts";
import { InputError } from "../../foundation/errors.ts";
import { readBytes, readError } from "../../foundation/files/read-text.ts";
import { openRegularSync } from "../../foundation/files/regular-file.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { checkImageHeader, NEEDS_MORE } from "./image-header-check.ts";

/** Holds the header of nearly every photo; a longer one is read whole. */
const HEAD_BYTES = 16 << 10;
/** Images read and decoded at a time: as many as libuv has threads. */
const AT_A_TIME = 4;
/** Bytes of memory for the images that are decoded. */
const DECODING_MEMORY = 640e6;
/** Files after which other work of the process gets its turn. */
const TURN = 1000;

export interface ContentCheck {
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** SHA-256 of each image, null where it was not needed or cannot be read */
  readonly sha256: readonly (string | null)[];
  /** positions of images of one content, two or more */
  readonly duplicates: readonly (readonly number[])[];
}

export type ContentProgress = (phase: "headers" | "contents", done: number, total: number) => void;

/**
 * Looks into the images: in their first bytes, with SHA-256 only of those that have a twin by size and first bytes; or
 * `deep`: every one is decoded and hashed. At most {@link AT_A_TIME} images are in memory.
 *
 * @param alsoHash  positions whose SHA-256 is wanted in any case
 */
export async function checkContent(
  root: string,
  images: readonly ImageEntry[],
  options: { readonly deep: boolean; readonly alsoHash?: readonly number[]; readonly progress?: ContentProgress },
): Promise<ContentCheck> {
  if (options.deep) loadSharp(); // if it cannot be, no image is to blame
  const digests: (string | null)[] = new Array(images.length).fill(null);
  const reasons = new Map<number, string>();
  const budget = openBudget(shareBudget(DECODING_MEMORY));
  const tars = createTarReader();
  try {
    const twins = options.deep
      ? images.map((_, at) => at)
      : await checkHeaders(root, images, reasons, options.progress);
    const wanted = [...new Set([...twins, ...(options.alsoHash ?? [])])].filter((at) => !reasons.has(at));
    let done = 0;
    await eachOf(wanted, async (at) => {
      const image = images[at] as ImageEntry;
      try {
        const bytes = await readImage(root, image, tars);
        digests[at] = sha256(bytes);
        if (options.deep) await decodeWithin(budget, bytes);
      } catch (cause) {
        reasons.set(at, describeFailure(cause, join(root, image.path)));
      }
      options.progress?.("contents", ++done, wanted.length);
    });
  } finally {
    await tars.close();
  }
  const unreadable = [...reasons].sort(([a], [b]) => a - b);
  return {
    unreadable: unreadable.map(([at, reason]) => ({ path: (images[at] as ImageEntry).path, reason })),
    sha256: digests,
    duplicates: groupsOf(digests.map((digest, at) => (reasons.has(at) ? null : digest))),
  };
}

/** Checks the first bytes of every image. @returns positions of those that may have one content with another */
async function checkHeaders(
  root: string,
  images: readonly ImageEntry[],
  reasons: Map<number, string>,
  progress: ContentProgress | undefined,
): Promise<number[]> {
  const keys: (string | null)[] = [];
  const buffer = new Uint8Array(HEAD_BYTES);
  for (const [at, image] of images.entries()) {
    try {
      const head = readStart(root, image, buffer);
      keys.push(`${image.bytes} ${crc32(head)}`);
      let reason = checkImageHeader(head, image.bytes);
      if (reason === NEEDS_MORE) {
        const whole = readStart(root, image, new Uint8Array(image.bytes));
        reason = checkImageHeader(whole, whole.length);
      }
      if (reason !== null) reasons.set(at, reason);
    } catch (cause) {
      keys[at] = null;
      reasons.set(at, describeFailure(readError("", cause), ""));
    }
    if (at % TURN === 0) {
      progress?.("headers", at, images.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  progress?.("headers", images.length, images.length);
  return groupsOf(keys.map((key, at) => (reasons.has(at) ? null : key))).flat();
}

/** Why an image cannot be read, without its path. @throws what is no failure to read */
function describeFailure(cause: unknown, path: string): string {
  if (cause instanceof InputError) return cause.message.replace(`${path}: `, "");
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
  return `it cannot be read (${code})`;
}

/** The first bytes of an image, as many as there are or as the buffer holds; a view on the buffer. */
function readStart(root: string, image: ImageEntry, buffer: Uint8Array): Uint8Array {
  const { file: path, offset, bytes } = image.tar ?? { file: image.path, offset: 0, bytes: buffer.length };
  const file = openRegularSync(join(root, path));
  try {
    const wanted = Math.min(buffer.length, bytes);
    let filled = 0;
    while (filled < wanted) {
      const got = readSync(file, buffer, filled, wanted - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

async function decodeWithin(budget: MemoryBudget, bytes: Uint8Array): Promise<void> {
  const free = await budget.take(decodingMemory(bytes, bytes.length));
  try {
    await decodeImage(bytes);
  } finally {
    free();
  }
}

function readImage(root: string, { path, tar }: ImageEntry, tars: TarReader): Promise<Uint8Array> {
  return tar === undefined ? readBytes(join(root, path)) : tars.read(join(root, tar.file), tar.offset, tar.bytes);
}

/** Positions of equal keys, groups of two or more; null equals nothing. */
function groupsOf(keys: readonly (string | null)[]): number[][] {
  const groups = new Map<string, number[]>();
  keys.forEach((key, at) => {
    if (key === null) return;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [at]);
    else group.push(at);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
