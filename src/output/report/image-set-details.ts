import type { Correctness } from "../../evaluation/results/correctness.ts";
import { countBoth } from "../../evaluation/results/count-both.ts";
import { groupByImages } from "../../evaluation/results/image-rows.ts";
import type { TaskKey } from "../../foundation/evaluation-key.ts";
import type { ImageSetDetails } from "./report-data.ts";

/** The key of an image set, without its images. */
export type SetKey = TaskKey & Pick<ImageSetDetails, "expectedN">;

/** One checkpoint's result in a set. */
export interface SetMember {
  /** position in ReportData.checkpoints */
  readonly checkpoint: number;
  readonly correctness: Correctness;
}

/** Maximum number of checkpoints for which pairs are stored; above it the page shows accuracies only. */
const MAX_PAIRED = 500;

/**
 * Groups the checkpoints that saw the same images, and counts by class and by pair. Checkpoints that saw other images
 * form a separate set, because their images cannot be paired.
 *
 * @param nameOf name of the class of a label; null if not known
 */
export function describeImageSets(
  key: SetKey,
  members: readonly SetMember[],
  nameOf: (label: string) => string | null,
): ImageSetDetails[] {
  return groupByImages(members, ({ correctness }) => correctness.images).map((same) => {
    const { n, labels, classImages } = (same[0] as SetMember).correctness;
    return {
      ...key,
      n,
      checkpoints: same.map(({ checkpoint }) => checkpoint),
      labels,
      names: labels.map(nameOf),
      images: classImages,
      correct: Uint32Array.from(same.flatMap(({ correctness }) => classCorrectOf(correctness, labels))),
      both: same.length > MAX_PAIRED ? null : countPairs(same),
    };
  });
}

/** Counts the correct images of each label. Results on the same images may have their labels in another order. */
function classCorrectOf(correctness: Correctness, labels: readonly string[]): readonly number[] {
  if (correctness.labels.every((label, c) => label === labels[c])) return correctness.classCorrect;
  const counts = new Map(correctness.labels.map((label, c) => [label, correctness.classCorrect[c] as number]));
  return labels.map((label) => counts.get(label) as number);
}

function countPairs(members: readonly SetMember[]): Uint32Array {
  const counts = new Uint32Array((members.length * (members.length - 1)) / 2);
  let at = 0;
  for (const [i, first] of members.entries()) {
    for (let j = i + 1; j < members.length; j++) {
      counts[at++] = countBoth(first.correctness, (members[j] as SetMember).correctness);
    }
  }
  return counts;
}
