import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { FileContent } from "../../foundation/files/file-content.ts";
import type { FileState } from "../../foundation/files/file-state.ts";

/** A small file of a checkpoint's folder, as it was when it was read. */
export interface CompanionFile extends FileContent {
  /** relative to the checkpoint's folder, with "/" between */
  readonly file: string;
  /** Whether it is a regular file; else `fault` says what it is. */
  readonly isFile: boolean;
  /** What the file system showed of it before it was read; null where it was not read. */
  readonly state: FileState | null;
}

/**
 * What lies in a checkpoint's folder, read once: everything that is decided about the checkpoint before its graphs are opened follows
 * from it. A file that cannot be read, or a folder that cannot be listed, is an error only for what needs it.
 */
export interface CheckpointFacts {
  /** What messages call the checkpoint. */
  readonly path: string;
  /** Absolute path of the folder that the checkpoint's files lie in. */
  readonly root: string;
  /** The folder's name, or the file's without its ending; in the Hub's cache the repository's. */
  readonly stem: string;
  /** The one graph that was given, relative to `root`; null where a folder was, or weights. */
  readonly singleFile: string | null;
  /** The weights that were given, or the index of their shards, relative to `root`; else null. */
  readonly weightFile: string | null;
  /** Every graph where layouts have theirs, relative to `root`, sorted. */
  readonly graphs: readonly string[];
  /** Why the graphs could not be listed, null where they were. */
  readonly graphsFault: InputError | null;
  /** Every weight file, shard and index of shards in the folder itself, sorted. */
  readonly weightFiles: readonly string[];
  /** Downloads of weights that are not whole, sorted. */
  readonly unfinished: readonly string[];
  /** The companion files that are there, by their path relative to `root`. */
  readonly companions: ReadonlyMap<string, CompanionFile>;
  /** How the folder was chosen, where it is not the one that was given. */
  readonly notes: readonly string[];
}

/**
 * The first of these files that the folder has.
 *
 * @param names paths relative to the folder, in order of preference
 * @throws InputError if what has the name is no regular file, or a folder on the way may not be read
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

/** A file that another one names: where it is not there, needing its content is an error. */
export function namedCompanion({ root, companions }: CheckpointFacts, file: string): CompanionFile {
  const known = companions.get(file);
  if (known !== undefined) return known;
  const path = join(root, file);
  const fault = new InputError(`${path}: no such file or folder`);
  return { file, path, bytes: null, fault, isFile: false, state: null };
}
