import { join } from "node:path";
import type { FileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-text.ts";
import { rememberedHash } from "../../foundation/files/remembered-hash.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { changed } from "./unchanged-files.ts";

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

/** A file's hash, and what the file system showed of the file then. */
export interface HashedCheckpointFile {
  readonly file: CheckpointFile;
  readonly state: FileState;
}

/**
 * Hashes files, each read as a stream, the large ones side by side in threads.
 *
 * @param memory folder in which the hashes of large files are remembered; each is read anew where absent
 * @returns in the order given
 * @throws InputError if one is not there, cannot be read, or changed while it was read
 */
export async function hashFiles(
  root: string,
  files: readonly { readonly role: string; readonly path: string }[],
  memory?: string,
): Promise<HashedCheckpointFile[]> {
  return Promise.all(
    files.map(async ({ role, path }) => {
      const absolute = join(root, path);
      try {
        const { sha256: hash, before, after } = await rememberedHash(absolute, memory);
        if (after.withinRun !== before.withinRun) throw changed(absolute);
        return { file: { role, path, bytes: before.bytes, sha256: hash }, state: before };
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
