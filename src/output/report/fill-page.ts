import { encodeCounts, encodePairs, orderOfSums, rowSums } from "./count-codec.ts";
import { addBlock, packBytes, packJson } from "./page-blocks.ts";
import type { ImageSetDetails, StoredImageSet } from "./report-data.ts";
import { type ChosenImages, type FittedImages, fitImages } from "./store-images.ts";

/** Minimum share of the space for single images; the rest is for counts. */
const IMAGE_SHARE = 0.25;

export interface PageFilling {
  readonly sets: readonly ImageSetDetails[];
  /** whether a set uses its benchmark's default protocol: those go first */
  readonly isDefault: (set: ImageSetDetails) => boolean;
  /** positions in ReportData.checkpoints whose single images are requested, in order of priority */
  readonly chosen: readonly number[];
  readonly images: readonly ChosenImages[];
  /** bytes available */
  readonly bytes: number;
}

export interface FilledPage {
  readonly sets: readonly StoredImageSet[];
  /** null: no images */
  readonly images: FittedImages | null;
  readonly blocks: readonly string[];
  /** sets whose counts, or only whose pairs, did not fit */
  readonly withoutCounts: readonly ImageSetDetails[];
  readonly withoutPairs: readonly ImageSetDetails[];
}

/**
 * Adds counts and single images to a page while there is space: counts and pairs of the default protocols, the images,
 * then the other protocols. A share of the space is reserved for the images.
 */
export function fillPage({ sets, isDefault, chosen, images, bytes }: PageFilling): FilledPage {
  const packed = sets.map((set) => ({ set, isFirst: isDefault(set), ...packSet(set) }));
  const first = packed.filter(({ isFirst }) => isFirst);
  const planned = first.reduce(
    (sum, { counts, pairs, bytes: metadataBytes }) => sum + metadataBytes + counts.length + (pairs?.length ?? 0),
    0,
  );
  const fitted = chosen.length === 0 ? null : fitImages(chosen, images, Math.max(IMAGE_SHARE * bytes, bytes - planned));
  let left = bytes - (fitted?.bytes ?? 0);
  const fits = (size: number) => {
    if (size > left) return false;
    left -= size;
    return true;
  };
  const hasCounts = new Set<ImageSetDetails>();
  const hasPairs = new Set<ImageSetDetails>();
  for (const group of [first, packed.filter(({ isFirst }) => !isFirst)]) {
    for (const { set, counts, bytes: metadataBytes } of group)
      if (fits(metadataBytes + counts.length)) hasCounts.add(set);
    for (const { set, pairs } of group) {
      if (pairs !== null && hasCounts.has(set) && fits(pairs.length)) hasPairs.add(set);
    }
  }
  const blocks = [...(fitted?.blocks ?? [])]; // numbered as in `fitted`
  const stored = packed.flatMap(({ set, counts, pairs }): StoredImageSet[] => {
    if (!hasCounts.has(set)) return [];
    const correct = addBlock(blocks, counts);
    return [{ ...set, correct, both: pairs !== null && hasPairs.has(set) ? addBlock(blocks, pairs) : null }];
  });
  return {
    sets: stored,
    images: fitted,
    blocks,
    withoutCounts: sets.filter((set) => !hasCounts.has(set)),
    withoutPairs: sets.filter((set) => hasCounts.has(set) && set.checkpoints.length > 1 && !hasPairs.has(set)),
  };
}

function packSet(set: ImageSetDetails): {
  readonly counts: string;
  readonly pairs: string | null;
  readonly bytes: number;
} {
  const { correct, both, labels, ...metadata } = set;
  const right = rowSums(correct, set.checkpoints.length);
  const order = orderOfSums(right);
  return {
    counts: packBytes(encodeCounts(correct, order, labels.length)),
    pairs: both === null ? null : packBytes(encodePairs(both, right, order)),
    bytes: packJson({ ...metadata, labels }).length,
  };
}
