import { join } from "node:path";
import { describeCutOff } from "../../data/image/cut-off.ts";
import { decodeImage } from "../../data/image/decode.ts";
import { decodingMemory } from "../../data/image/decoding-memory.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { MemoryBudget } from "./memory-budget.ts";

/** Content of an examined image. */
export interface ExaminedImage {
  /** SHA-256 of its bytes, 64 hexadecimal digits; empty if unreadable */
  readonly sha256: string;
  /** state of the file that was read; empty if later changes might not be detectable */
  readonly identity: string;
  /** why it cannot be read or decoded, without its path; null if it can, or if it was not decoded */
  readonly fault: string | null;
}

export interface ExamineOptions {
  /** root of the images, for messages */
  readonly root: string;
  /** memory for decoded pixels; null to not decode images */
  readonly budget: MemoryBudget | null;
}

/** Number of images read and decoded concurrently; decoding runs on sharp's threads. */
const AHEAD = 3;

/** Reads, hashes and decodes images as in an evaluation. */
export async function examineImages(
  source: ImageSource,
  images: readonly ImageEntry[],
  options: ExamineOptions,
): Promise<ExaminedImage[]> {
  const found: ExaminedImage[] = new Array(images.length);
  let next = 0;
  const worker = async () => {
    while (next < images.length) {
      const at = next++;
      found[at] = await examineImage(source, images[at] as ImageEntry, options);
    }
  };
  await Promise.all(Array.from({ length: AHEAD }, worker));
  return found;
}

async function examineImage(
  source: ImageSource,
  image: ImageEntry,
  { root, budget }: ExamineOptions,
): Promise<ExaminedImage> {
  let bytes: Uint8Array;
  let identity: string;
  try {
    ({ bytes, identity } = await source.read(image));
  } catch (cause) {
    return { sha256: "", identity: "", fault: describeFailure(cause, join(root, image.path)) };
  }
  const hash = sha256(bytes);
  if (budget === null) return { sha256: hash, identity, fault: null };
  const free = await budget.take(decodingMemory(bytes, bytes.length));
  try {
    await decodeImage(bytes);
    return { sha256: hash, identity, fault: null };
  } catch (cause) {
    const fault = describeFailure(cause, join(root, image.path));
    return { sha256: hash, identity, fault: describeCutOff(bytes) ?? fault };
  } finally {
    free();
  }
}

/** Describes why an image cannot be read, without its path. @throws errors other than read failures */
function describeFailure(cause: unknown, path: string): string {
  if (cause instanceof InputError) return cause.message.replace(`${path}: `, "");
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
  return `cannot be read (${code})`;
}
