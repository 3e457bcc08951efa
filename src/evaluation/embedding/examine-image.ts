import { join } from "node:path";
import { describeCutOff } from "../../data/image/cut-off.ts";
import { decodeImage } from "../../data/image/decode.ts";
import { decodingMemory } from "../../data/image/decoding-memory.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { MemoryBudget } from "./memory-budget.ts";

/** What was found in an image. */
export interface ExaminedImage {
  /** of its bytes, 64 hexadecimal digits; empty where they cannot be read */
  readonly sha256: string;
  /** state of the file that was read; empty where a later change might not show in it */
  readonly identity: string;
  /** why it cannot be read or decoded, without its path; null where it can, or where it was not decoded */
  readonly fault: string | null;
}

export interface ExamineOptions {
  /** of the images, for messages */
  readonly root: string;
  /** for decoded pixels; images are not decoded where null */
  readonly budget: MemoryBudget | null;
}

/** Images that are read and decoded at a time: decoding runs on sharp's threads. */
const AHEAD = 3;

/** Reads, hashes and decodes images, as an evaluation reads and decodes them. */
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

/** Why an image cannot be read, without its path. @throws what is no failure to read */
function describeFailure(cause: unknown, path: string): string {
  if (cause instanceof InputError) return cause.message.replace(`${path}: `, "");
  const { code } = cause as NodeJS.ErrnoException;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
  return `it cannot be read (${code})`;
}
