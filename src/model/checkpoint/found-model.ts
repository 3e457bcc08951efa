import type { FileState } from "../../foundation/files/file-state.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import type { TextPooling } from "./text-pooling.ts";

/** A file of a checkpoint, relative to its folder, and its role. */
export interface RoleFile {
  readonly role: string;
  readonly path: string;
}

/** A checkpoint's graphs, read from files or compiled from weights. */
export interface FoundModel {
  readonly found: FoundCheckpoint;
  /** How token states become an embedding, if the graph returns token states. */
  readonly pooling: TextPooling | undefined;
  /** The files that contain graphs and weights. */
  readonly files: readonly RoleFile[];
  /** Files that state how token states are pooled. */
  readonly poolingFiles: readonly RoleFile[];
  /** States of these files before they were read; null if a state is unknown. */
  readonly states: ReadonlyMap<string, FileState | null>;
  /** Notes for the user that precede and follow the notes about the graphs. */
  readonly notes: readonly string[];
  readonly laterNotes: readonly string[];
  readonly warnings: readonly string[];
}
