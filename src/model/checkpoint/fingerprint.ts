import { join } from "node:path";
import { type FileState, fileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { rememberedHash } from "../../foundation/files/remembered-hash.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { changed } from "./unchanged-files.ts";

/** A file of a checkpoint that can affect its results. */
export interface CheckpointFile {
  /** Role in the checkpoint: "vision", "text data", "tokenizer", "preprocessing", … */
  readonly role: string;
  /** Relative to the checkpoint's folder, with "/" between. */
  readonly path: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A file that was read in full or in part. */
export interface ReadFile {
  readonly role: string;
  /** Relative to the checkpoint's folder. */
  readonly path: string;
  /** State of the file before it was read; null if it is unknown. */
  readonly state: FileState | null;
  /** The content; null if only a part was read. */
  readonly content: Uint8Array | null;
}

/** A file's hash, and the state of the file before it was read. */
export interface HashedCheckpointFile {
  readonly file: CheckpointFile;
  readonly state: FileState;
}

/** Minimum size in bytes of a file whose hash is remembered because a lookup is faster than hashing. */
const LARGE = 8e6;

/**
 * Hashes files: small ones from the content that was read, others from the file, large ones in parallel threads. A file that has
 * changed since it was read is refused.
 *
 * @param memory folder in which the hashes of large files are remembered; without it, each file is read again
 * @returns in the order given
 * @throws InputError if a file does not exist, cannot be read, or changed since it was read
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
 * Computes a checkpoint's fingerprint: SHA-256 over the role and content hash of everything that can affect a result, in sorted
 * order. It does not depend on the checkpoint's location or file names.
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
