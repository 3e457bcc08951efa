import type { ClutterCounts } from "./clutter.ts";

/**
 * What a benchmark's folder contains apart from its images. Paths are relative to the root, with "/" between folders.
 */
export interface Aside {
  /** clutter that was skipped, by kind */
  readonly clutter: ClutterCounts;
  /** links that were not followed: to folders that are read at their own paths, or that contain the link */
  readonly links: readonly string[];
  /** images without a label: outside the class folders, or flat ones without a known number */
  readonly looseImages: readonly string[];
  /** other files */
  readonly strayFiles: number;
  /** how the images were chosen where it is not obvious, and what makes them doubtful; sentences without a full stop */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** folders inside a class folder that have the name of another class; their images count for the outer class */
  readonly misplaced: readonly string[];
}

export const NOTHING_ASIDE: Aside = {
  clutter: new Map(),
  links: [],
  looseImages: [],
  strayFiles: 0,
  notes: [],
  warnings: [],
  misplaced: [],
};
