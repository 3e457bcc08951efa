import { crc32 } from "node:zlib";
import type { ListedImages } from "../../data/dataset/list-images.ts";
import { decodeImage } from "../../data/image/decode.ts";
import { decodingMemory } from "../../data/image/decoding-memory.ts";
import { loadSharp } from "../../data/image/load-sharp.ts";
import { fileOf } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { type MemoryBudget, openBudget, shareBudget } from "../../evaluation/embedding/memory-budget.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { checkImageHeader, NEEDS_MORE } from "./image-header-check.ts";

/** Large enough for the header of nearly every photo; files with longer headers are read whole. */
const HEAD_BYTES = 16 << 10;
/** Number of images read and decoded concurrently: the default number of libuv threads. */
const MAX_CONCURRENT = 4;
/** Memory limit for decoding images, in bytes. */
const DECODING_MEMORY = 640e6;
/** Number of files after which the event loop gets a turn. */
const FILES_PER_TURN = 1000;

export interface ContentCheck {
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** SHA-256 of each image; null if not needed or unreadable */
  readonly sha256: readonly (string | null)[];
  /** groups of positions with the same content, two or more each */
  readonly duplicates: readonly (readonly number[])[];
}

/** Result for images that cannot be listed. */
export const NOTHING_CHECKED: ContentCheck = { unreadable: [], sha256: [], duplicates: [] };

export type ContentProgress = (phase: "headers" | "contents", done: number, total: number) => void;

/** Images to check, and their location. */
export type CheckedImages = Pick<ListedImages, "format" | "root" | "images">;

/**
 * Checks the content of images. By default only the first bytes are read, and SHA-256 is computed for images that share
 * their size and first bytes with another. With `deep`, every image is decoded and hashed. At most {@link
 * MAX_CONCURRENT} images are in memory.
 *
 * @param alsoHash  positions whose SHA-256 is always computed
 */
export async function checkContent(
  data: CheckedImages,
  options: { readonly deep: boolean; readonly alsoHash?: readonly number[]; readonly progress?: ContentProgress },
): Promise<ContentCheck> {
  const { root, images } = data;
  if (options.deep) loadSharp(); // a failure to open the source is not the fault of an image
  const digests: (string | null)[] = new Array(images.length).fill(null);
  const reasons = new Map<number, string>();
  const budget = openBudget(shareBudget(DECODING_MEMORY));
  const source = openSource(data);
  try {
    const candidates = options.deep ? [...digests.keys()] : await checkHeaders(data, source, reasons, options.progress);
    const wanted = [...new Set([...candidates, ...(options.alsoHash ?? [])])].filter((at) => !reasons.has(at));
    let done = 0;
    await eachOf(wanted, async (at) => {
      const image = images.at(at);
      try {
        const { bytes } = await source.read(image);
        digests[at] = sha256(bytes);
        if (options.deep) await decodeWithin(budget, bytes);
      } catch (cause) {
        reasons.set(at, describeFailure(cause, fileOf(root, image)));
      }
      options.progress?.("contents", ++done, wanted.length);
    });
  } finally {
    await source.close();
  }
  const unreadable = [...reasons].sort(([a], [b]) => a - b);
  return {
    unreadable: unreadable.map(([at, reason]) => ({ path: images.at(at).path, reason })),
    sha256: digests,
    duplicates: groupsOf(digests.map((digest, at) => (reasons.has(at) ? null : digest))),
  };
}

/** Checks the first bytes of every image. @returns positions of images that may have the same content as another */
async function checkHeaders(
  { root, images }: CheckedImages,
  source: ImageSource,
  reasons: Map<number, string>,
  progress: ContentProgress | undefined,
): Promise<number[]> {
  const keys: (string | null)[] = [];
  const buffer = new Uint8Array(HEAD_BYTES);
  for (let at = 0; at < images.length; at++) {
    const image = images.at(at);
    try {
      const reading = source.readHead(image, buffer);
      const head = reading instanceof Promise ? await reading : reading; // synchronous for local files
      // an image of zero or unknown size is read whole
      const size = image.bytes > 0 ? image.bytes : (await source.read(image)).bytes.length;
      keys.push(`${size} ${crc32(head)}`);
      let reason = checkImageHeader(head, size);
      if (reason === NEEDS_MORE) {
        const whole = await source.readHead(image, new Uint8Array(size));
        reason = checkImageHeader(whole, whole.length);
      }
      if (reason !== null) reasons.set(at, reason);
    } catch (cause) {
      keys[at] = null;
      reasons.set(at, describeFailure(cause, fileOf(root, image)));
    }
    if (at % FILES_PER_TURN === 0) {
      progress?.("headers", at, images.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  progress?.("headers", images.length, images.length);
  return groupsOf(keys.map((key, at) => (reasons.has(at) ? null : key))).flat();
}

/** Describes why an image cannot be read, without its path. @throws errors other than read failures */
function describeFailure(cause: unknown, path: string): string {
  if (cause instanceof InputError) return cause.message.replace(`${path}: `, "");
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
  return `cannot be read (${code})`;
}

async function decodeWithin(budget: MemoryBudget, bytes: Uint8Array): Promise<void> {
  const free = await budget.take(decodingMemory(bytes, bytes.length));
  try {
    await decodeImage(bytes);
  } finally {
    free();
  }
}

/** Groups positions of equal keys, two or more per group; null equals nothing. */
export function groupsOf(keys: readonly (string | null)[]): number[][] {
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
  await Promise.all(Array.from({ length: MAX_CONCURRENT }, worker));
}
