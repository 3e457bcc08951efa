import type { FileState } from "../../foundation/files/file-state.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import type { TextPooling } from "./text-pooling.ts";

/** A file of a checkpoint, relative to its folder, and what it is to it. */
export interface RoleFile {
  readonly role: string;
  readonly path: string;
}

/** A checkpoint's graphs, read from files or compiled from weights. */
export interface FoundModel {
  readonly found: FoundCheckpoint;
  /** How token states become an embedding, where the graph gives these. */
  readonly pooling: TextPooling | undefined;
  /** The files that graphs and weights lie in. */
  readonly files: readonly RoleFile[];
  /** Files that say how token states are pooled. */
  readonly poolingFiles: readonly RoleFile[];
  /** What the file system showed of these files before they were read; null where one could not be looked at. */
  readonly states: ReadonlyMap<string, FileState | null>;
  /** What the user should know, before what is unusual of the graphs, and after it. */
  readonly notes: readonly string[];
  readonly laterNotes: readonly string[];
  readonly warnings: readonly string[];
}
