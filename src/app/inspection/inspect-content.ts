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

/** Holds the header of nearly every photo; a longer one is read whole. */
const HEAD_BYTES = 16 << 10;
/** Images read and decoded at a time: as many as libuv has threads. */
const MAX_CONCURRENT = 4;
/** Bytes of memory for the images that are decoded. */
const DECODING_MEMORY = 640e6;
/** Files after which other work of the process gets its turn. */
const FILES_PER_TURN = 1000;

export interface ContentCheck {
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** SHA-256 of each image, null where it was not needed or cannot be read */
  readonly sha256: readonly (string | null)[];
  /** positions of images of one content, two or more */
  readonly duplicates: readonly (readonly number[])[];
}

/** Of images that cannot be listed. */
export const NOTHING_CHECKED: ContentCheck = { unreadable: [], sha256: [], duplicates: [] };

export type ContentProgress = (phase: "headers" | "contents", done: number, total: number) => void;

/** The images to look into, and where they are. */
export type CheckedImages = Pick<ListedImages, "format" | "root" | "images">;

/**
 * Looks into the images: in their first bytes, with SHA-256 only of those that have a twin by size and first bytes; or
 * `deep`: every one is decoded and hashed. At most {@link MAX_CONCURRENT} images are in memory.
 *
 * @param alsoHash  positions whose SHA-256 is wanted in any case
 */
export async function checkContent(
  data: CheckedImages,
  options: { readonly deep: boolean; readonly alsoHash?: readonly number[]; readonly progress?: ContentProgress },
): Promise<ContentCheck> {
  const { root, images } = data;
  if (options.deep) loadSharp(); // if it cannot be, no image is to blame
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

/** Checks the first bytes of every image. @returns positions of those that may have one content with another */
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
      const head = reading instanceof Promise ? await reading : reading; // nothing is waited for where files are at hand
      // of an image that is empty, or of unknown size, all is read
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

/** Why an image cannot be read, without its file's path. @throws what is no failure to read */
function describeFailure(cause: unknown, path: string): string {
  if (cause instanceof InputError) return cause.message.replace(`${path}: `, "");
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
  return `it cannot be read (${code})`;
}

async function decodeWithin(budget: MemoryBudget, bytes: Uint8Array): Promise<void> {
  const free = await budget.take(decodingMemory(bytes, bytes.length));
  try {
    await decodeImage(bytes);
  } finally {
    free();
  }
}

/** Positions of equal keys, groups of two or more; null equals nothing. */
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
