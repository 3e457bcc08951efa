import { comparePairedCounts, type PairedCounts } from "../../../analysis/comparison/paired-comparison.ts";
import {
  isInDistribution,
  isWholeProtocol,
  mainSide,
  type StudyAxes,
} from "../../../analysis/robustness/study-axes.ts";
import { TASK_FIELDS, type TaskKey } from "../../../foundation/evaluation-key.ts";
import { pairPosition, rowSums } from "../count-codec.ts";
import type { ImageSetDetails, ReportData } from "../report-data.ts";
import { shiftTitle } from "./study.ts";

/** An image set with indexes for lookup. */
export interface ImageSet {
  readonly details: ImageSetDetails;
  /** position in ReportData.checkpoints → row of this set */
  readonly rows: ReadonlyMap<number, number>;
  /** number of correct images, by row */
  readonly right: readonly number[];
}

const opened = new WeakMap<ImageSetDetails, ImageSet>();

/** Opens a set, or returns it from the cache. */
export function openSet(details: ImageSetDetails): ImageSet {
  const known = opened.get(details);
  if (known !== undefined) return known;
  const set: ImageSet = {
    details,
    right: rowSums(details.correct, details.checkpoints.length),
    rows: new Map(details.checkpoints.map((checkpoint, row) => [checkpoint, row])),
  };
  opened.set(details, set);
  return set;
}

/** Counts the images that two rows of a set both get right. @returns undefined if the pairs were omitted */
export function bothRight(set: ImageSet, first: number, second: number): number | undefined {
  if (first === second) return set.right[first];
  const [i, j] = first < second ? [first, second] : [second, first];
  return set.details.both?.[pairPosition(i, j, set.details.checkpoints.length)];
}

/**
 * Compares two checkpoints on the images of a set. @returns null if one is not in the set, or the pairs were omitted
 */
export function comparePair(set: ImageSet, first: number, second: number): PairedCounts | null {
  const [i, j] = [set.rows.get(first), set.rows.get(second)];
  if (i === undefined || j === undefined) return null;
  const both = bothRight(set, i, j);
  if (both === undefined) return null;
  return comparePairedCounts(both, (set.right[i] as number) - both, (set.right[j] as number) - both, set.details.n);
}

/** The number of images of a class, and how many a checkpoint gets right. */
export interface ClassCount {
  readonly label: string;
  readonly name: string;
  readonly n: number;
  readonly correct: number;
}

/** Counts the correct images of every class of a set. @returns null if the checkpoint is not in the set */
export function classCounts(set: ImageSet, checkpoint: number): ClassCount[] | null {
  const row = set.rows.get(checkpoint);
  if (row === undefined) return null;
  const { labels, names, images, correct } = set.details;
  return labels.flatMap((label, c) =>
    label === ""
      ? []
      : [
          {
            label,
            name: names[c] ?? `class ${label}`,
            n: images[c] as number,
            correct: correct[row * labels.length + c] as number,
          },
        ],
  );
}

/** Returns the id of a set in an address. */
export function setId(set: ImageSetDetails): string {
  return [...TASK_FIELDS.map((field) => set[field]), set.checkpoints[0]].join("|");
}

/** Returns the title of a set for a select. */
export function setTitle(data: ReportData, set: TaskKey, sets: readonly TaskKey[]): string {
  const title = shiftTitle(data, set.benchmark, set.protocol);
  const several = new Set(sets.map(({ templates }) => templates)).size > 1;
  return several ? `${title}, ${set.templates}` : title;
}

/** Finds the set of in-distribution images to compare a shift's classes with, on the same list of classes. */
export function inDistributionSet(
  axes: StudyAxes,
  set: ImageSetDetails,
  sets: readonly ImageSetDetails[],
  checkpoint: number,
): ImageSetDetails | undefined {
  if (isInDistribution(set.benchmark, axes)) return undefined;
  const id = mainSide(axes);
  const candidates = sets.filter(
    (candidate) =>
      candidate.benchmark === id && candidate.templates === set.templates && candidate.checkpoints.includes(checkpoint),
  );
  const protocol = isWholeProtocol(set.protocol, axes) ? set.protocol : set.benchmark;
  return candidates.find((candidate) => candidate.protocol === protocol && sharesLabels(candidate, set));
}

function sharesLabels(a: ImageSetDetails, b: ImageSetDetails): boolean {
  const labels = new Set(a.labels);
  return b.labels.some((label) => labels.has(label));
}
