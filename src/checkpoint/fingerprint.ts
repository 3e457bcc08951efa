import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hashInThread } from "../files/hash-in-thread.ts";
import { readError } from "../files/read-text.ts";
import { rememberedHash } from "../files/remembered-hash.ts";
import { sha256 } from "../files/sha256.ts";

/** A file of a checkpoint that can change a number. */
export interface CheckpointFile {
  /** What it is to the checkpoint: "vision", "text data", "tokenizer", "preprocessing", … */
  readonly role: string;
  /** Relative to the checkpoint's folder, with "/" between. */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Hashes files, each read as a stream, the large ones side by side in threads.
 *
 * @param memory folder in which the hashes of large files are remembered; each is read anew where absent
 * @returns in the order given
 * @throws InputError if one is not there or cannot be read
 */
export async function hashFiles(
  root: string,
  files: readonly { readonly role: string; readonly path: string }[],
  memory?: string,
): Promise<CheckpointFile[]> {
  return Promise.all(
    files.map(async ({ role, path }) => {
      const absolute = join(root, path);
      try {
        const hash = memory === undefined ? hashInThread(absolute) : rememberedHash(absolute, memory);
        return { role, path, bytes: (await stat(absolute)).size, sha256: await hash };
      } catch (cause) {
        throw readError(absolute, cause);
      }
    }),
  );
}

/**
 * A checkpoint's fingerprint: SHA-256 over the role and content hash of everything that can change a number, in sorted
 * order. Where the checkpoint lies and what its files are called does not matter.
 *
 * @returns 64 hexadecimal digits
 */
export function fingerprint(parts: readonly { readonly role: string; readonly sha256: string }[]): string {
  return sha256(
    parts
      .map((part) => `${part.role} ${part.sha256}\n`)
      .sort()
      .join(""),
  );
}
