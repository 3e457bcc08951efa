import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { FileContent } from "../../foundation/files/file-content.ts";
import type { FileState } from "../../foundation/files/file-state.ts";

/** A small file of a checkpoint's folder, as of the time when it was read. */
export interface CompanionFile extends FileContent {
  /** relative to the checkpoint's folder, with "/" between */
  readonly file: string;
  /** Whether it is a regular file; if not, `fault` states what it is. */
  readonly isFile: boolean;
  /** State of the file in the file system before it was read; null if it was not read. */
  readonly state: FileState | null;
}

/**
 * The content of a checkpoint's folder, read once. Every decision about the checkpoint before its graphs are opened follows from
 * it. A file that cannot be read, or a folder that cannot be listed, is an error only if it is needed.
 */
export interface CheckpointFacts {
  /** Name of the checkpoint in messages. */
  readonly path: string;
  /** Absolute path of the folder that contains the checkpoint's files. */
  readonly root: string;
  /** Name of the folder, or of the file without its extension; in the Hub's cache, that of the repository. */
  readonly stem: string;
  /** The given graph file, relative to `root`; null if a folder or weights were given. */
  readonly singleFile: string | null;
  /** The given weight file or index of shards, relative to `root`; otherwise null. */
  readonly weightFile: string | null;
  /** All graphs in the folders that layouts use, relative to `root`, sorted. */
  readonly graphs: readonly string[];
  /** Why the graphs could not be listed; null if they could. */
  readonly graphsFault: InputError | null;
  /** All weight files, shards and indices of shards in the folder itself, sorted. */
  readonly weightFiles: readonly string[];
  /** Incomplete downloads of weights, sorted. */
  readonly unfinished: readonly string[];
  /** The companion files that exist, by path relative to `root`. */
  readonly companions: ReadonlyMap<string, CompanionFile>;
  /** How the folder was chosen, if it is not the given one. */
  readonly notes: readonly string[];
}

/**
 * Finds the first of these files that exists in the folder.
 *
 * @param names paths relative to the folder, in order of preference
 * @throws InputError if an entry of this name is not a regular file, or a folder in its path cannot be read
 */
export function findCompanion({ companions }: CheckpointFacts, ...names: readonly string[]): CompanionFile | null {
  for (const name of names) {
    const found = companions.get(name);
    if (found === undefined) continue;
    if (!found.isFile) throw found.fault;
    return found;
  }
  return null;
}

/** Finds a file that another file names. If it does not exist, an error follows only when its content is needed. */
export function namedCompanion({ root, companions }: CheckpointFacts, file: string): CompanionFile {
  const known = companions.get(file);
  if (known !== undefined) return known;
  const path = join(root, file);
  const fault = new InputError(`${path}: no such file or folder`);
  return { file, path, bytes: null, fault, isFile: false, state: null };
}
