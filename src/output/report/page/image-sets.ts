import { comparePairedCounts, type PairedCounts } from "../../../analysis/comparison/paired-comparison.ts";
import {
  isInDistribution,
  isWholeProtocol,
  mainSide,
  type StudyAxes,
} from "../../../analysis/robustness/study-axes.ts";
import { TASK_FIELDS } from "../../../foundation/evaluation-key.ts";
import type { ImageSetDetails, ReportData } from "../report-data.ts";
import { uint16From, uint32From } from "./decode.ts";
import { shiftTitle } from "./study.ts";

/** The counts of one image set, unpacked. */
export interface ImageSet {
  readonly about: ImageSetDetails;
  /** position in ReportData.checkpoints → row of this set */
  readonly rows: ReadonlyMap<number, number>;
  /** (checkpoints, labels) images right */
  readonly correct: Uint16Array | Uint32Array;
  /** images that each right, by row */
  readonly right: readonly number[];
  /** upper triangle of the images that both get right; null: left out */
  readonly both: Uint32Array | null;
}

const unpacked = new WeakMap<ImageSetDetails, ImageSet>();

/** Unpacks a set once. */
export function openSet(about: ImageSetDetails): ImageSet {
  const known = unpacked.get(about);
  if (known !== undefined) return known;
  const correct = about.correctBits === 16 ? uint16From(about.correct) : uint32From(about.correct);
  const classes = about.labels.length;
  const right = about.checkpoints.map((_, row) => sum(correct.subarray(row * classes, (row + 1) * classes)));
  const set: ImageSet = {
    about,
    correct,
    right,
    rows: new Map(about.checkpoints.map((checkpoint, row) => [checkpoint, row])),
    both: about.both === null ? null : uint32From(about.both),
  };
  unpacked.set(about, set);
  return set;
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/** Images that two rows of a set both get right. @returns undefined where the pairs were left out */
export function bothRight(set: ImageSet, first: number, second: number): number | undefined {
  if (first === second) return set.right[first];
  const [i, j] = first < second ? [first, second] : [second, first];
  const n = set.about.checkpoints.length;
  return set.both?.[i * n - (i * (i + 1)) / 2 + (j - i - 1)];
}

/** Two checkpoints paired on the images of a set. @returns null where one is not in it, or the pairs were left out */
export function comparePair(set: ImageSet, first: number, second: number): PairedCounts | null {
  const [i, j] = [set.rows.get(first), set.rows.get(second)];
  if (i === undefined || j === undefined) return null;
  const both = bothRight(set, i, j);
  if (both === undefined) return null;
  return comparePairedCounts(both, (set.right[i] as number) - both, (set.right[j] as number) - both, set.about.n);
}

/** Images of a class, and how many of them a checkpoint gets right. */
export interface ClassCount {
  readonly label: string;
  readonly name: string;
  readonly n: number;
  readonly correct: number;
}

/** Every class of a set that some image is of. @returns null where the checkpoint is not in the set */
export function classCounts(set: ImageSet, checkpoint: number): ClassCount[] | null {
  const row = set.rows.get(checkpoint);
  if (row === undefined) return null;
  const { labels, names, images } = set.about;
  return labels.flatMap((label, c) =>
    label === ""
      ? []
      : [
          {
            label,
            name: names[c] ?? `class ${label}`,
            n: images[c] as number,
            correct: set.correct[row * labels.length + c] as number,
          },
        ],
  );
}

/** Tells one set from the others, in an address. */
export function setId(set: ImageSetDetails): string {
  return [...TASK_FIELDS.map((field) => set[field]), set.checkpoints[0]].join("|");
}

/** What a set is of, as a choice. */
export function setTitle(data: ReportData, set: ImageSetDetails, sets: readonly ImageSetDetails[]): string {
  const title = shiftTitle(data, set.benchmark, set.protocol);
  const several = new Set(sets.map(({ templates }) => templates)).size > 1;
  return several ? `${title}, ${set.templates}` : title;
}

/** The set of in-distribution images that a shift's classes are to be compared with: the same classes competing. */
export function inDistributionSet(
  axes: StudyAxes,
  set: ImageSetDetails,
  sets: readonly ImageSetDetails[],
  checkpoint: number,
): ImageSetDetails | undefined {
  if (isInDistribution(set.benchmark, axes)) return undefined;
  const id = mainSide(axes);
  const own = sets.filter(
    (one) => one.benchmark === id && one.templates === set.templates && one.checkpoints.includes(checkpoint),
  );
  const protocol = isWholeProtocol(set.protocol, axes) ? set.protocol : set.benchmark;
  return own.find((one) => one.protocol === protocol && sharesLabels(one, set));
}

function sharesLabels(a: ImageSetDetails, b: ImageSetDetails): boolean {
  const labels = new Set(a.labels);
  return b.labels.some((label) => labels.has(label));
}
