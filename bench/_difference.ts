import type { Setting } from "./_measured.ts";

/** Sections of docs/reference/troubleshooting.md whose tables are made from the measurements. */
export const DIFFERENCE_SECTIONS = ["images", "texts", "labels", "model"] as const;
export type DifferenceSection = (typeof DIFFERENCE_SECTIONS)[number];

/** What one change does to the predictions of one checkpoint on one set of images. */
export interface Difference {
  readonly section: DifferenceSection;
  /** what is done differently */
  readonly change: string;
  readonly checkpoint: string;
  readonly data: string;
  /** images scored */
  readonly n: number;
  /** images whose input differs, for changes of images; null for others */
  readonly affected: number | null;
  /** images whose best class is another; null where other classes compete or other images are scored */
  readonly changed: number | null;
  /** top-1 accuracy as Shiftline computes it, a fraction; null where the classes mean nothing */
  readonly accuracy: number | null;
  /** the same with the change */
  readonly changedAccuracy: number | null;
  /** cosines between the embeddings (of images, or class vectors for texts) with and without the change; null where they do not change */
  readonly cosine: { readonly median: number; readonly min: number } | null;
}

/** A difference between two published accuracies, fractions. */
export interface PublishedDifference {
  readonly change: string;
  readonly model: string;
  readonly benchmark: string;
  readonly accuracy: number;
  readonly changedAccuracy: number;
}

/** How far effective robustness of many published checkpoints moves with a choice of the line; fractions. */
export interface LineDifference {
  readonly change: string;
  readonly shift: string;
  /** checkpoints */
  readonly n: number;
  readonly median: number;
  readonly max: number;
  /** checkpoints whose effective robustness changes its sign */
  readonly signs: number;
}

export interface DifferencesMeasured extends Setting {
  readonly differences: readonly Difference[];
  readonly published: readonly PublishedDifference[];
  readonly lines: readonly LineDifference[];
}
