import type { ClutterCounts } from "./clutter.ts";

/** What lies beside a benchmark's images. Paths are below the root, "/" between. */
export interface Aside {
  /** clutter that was skipped, by kind */
  readonly clutter: ClutterCounts;
  /** links that were not followed: to folders that are read where they are, or that hold this one */
  readonly links: readonly string[];
  /** images without a label: beside the class folders, or flat ones of no known number */
  readonly looseImages: readonly string[];
  /** other files */
  readonly strayFiles: number;
  /** how the images were chosen, where it is not plain, and what makes them doubtful; sentences without a full stop */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** folders inside a class folder that are named as another class; their images count for the outer one */
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
