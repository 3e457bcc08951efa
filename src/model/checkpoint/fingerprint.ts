import { join } from "node:path";
import { type FileState, fileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { rememberedHash } from "../../foundation/files/remembered-hash.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { changed } from "./unchanged-files.ts";

/** A file of a checkpoint that can change a number. */
export interface CheckpointFile {
  /** What it is to the checkpoint: "vision", "text data", "tokenizer", "preprocessing", … */
  readonly role: string;
  /** Relative to the checkpoint's folder, with "/" between. */
  readonly path: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A file that was read, or whose head was. */
export interface ReadFile {
  readonly role: string;
  /** Relative to the checkpoint's folder. */
  readonly path: string;
  /** What the file system showed of it before it was read; null where it could not be looked at. */
  readonly state: FileState | null;
  /** All that was read, null where not the whole file was. */
  readonly content: Uint8Array | null;
}

/** A file's hash, and what the file system showed of the file before it was read. */
export interface HashedCheckpointFile {
  readonly file: CheckpointFile;
  readonly state: FileState;
}

/** Bytes from which a hash is remembered, which is sooner looked up than computed. */
const LARGE = 8e6;

/**
 * Hashes files: what was read of a small one, others from the file, the large ones side by side in threads. What is hashed is what
 * was read before: a file that changed since is refused.
 *
 * @param memory folder in which the hashes of large files are remembered; each is read again where absent
 * @returns in the order given
 * @throws InputError if one is not there, cannot be read, or changed since it was read
 */
export async function hashFiles(
  root: string,
  files: readonly ReadFile[],
  memory?: string,
): Promise<HashedCheckpointFile[]> {
  return Promise.all(
    files.map(async ({ role, path, state, content }) => {
      const absolute = join(root, path);
      try {
        const {
          sha256: hash,
          before,
          after,
        } = content !== null && content.length < LARGE && state !== null
          ? { sha256: sha256(content), before: state, after: await fileState(absolute) }
          : await rememberedHash(absolute, memory);
        if (state?.withinRun !== before.withinRun || after.withinRun !== before.withinRun) throw changed(absolute);
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
