import type { ChosenImages, FittedImages } from "./store-images.ts";

/** An image that should have a picture. */
export interface WantedPicture {
  /** position in FittedImages.stored.sets */
  readonly set: number;
  /** among the listed images */
  readonly row: number;
  readonly benchmark: string;
  readonly image: string;
  /** content hash of the image when it was predicted, see `ChosenImages`; null: not known */
  readonly content: string | null;
}

/**
 * Orders the images that should have pictures, without duplicates: for each checkpoint and benchmark, the mistakes with
 * the highest confidence, then the correct predictions with the lowest. The first image of every checkpoint and
 * benchmark comes first, then the second of each, and so on.
 *
 * @param count images per checkpoint and benchmark
 */
export function orderForPictures(fitted: FittedImages, sets: readonly ChosenImages[], count: number): WantedPicture[] {
  const turns = fitted.stored.sets.flatMap(({ benchmark, checkpoints, templates }, set) => {
    const chosen = sets.find(
      (candidate) =>
        candidate.benchmark === benchmark &&
        candidate.templates === templates &&
        checkpoints.every((checkpoint) => candidate.checkpoints.includes(checkpoint)),
    ) as ChosenImages;
    const listed = fitted.listed[set] as Uint32Array;
    return checkpoints.map((checkpoint) => ({
      set,
      benchmark,
      chosen,
      listed,
      rows: rankRows(chosen, listed, chosen.checkpoints.indexOf(checkpoint)).slice(0, count),
    }));
  });
  const wanted: WantedPicture[] = [];
  const seen = new Set<string>();
  const longest = Math.max(0, ...turns.map(({ rows }) => rows.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const { set, benchmark, chosen, listed, rows } of turns) {
      const row = rows[rank];
      if (row === undefined || seen.has(`${set} ${row}`)) continue;
      seen.add(`${set} ${row}`);
      const at = listed[row] as number;
      wanted.push({ set, row, benchmark, image: chosen.images[at] as string, content: chosen.contents?.[at] ?? null });
    }
  }
  return wanted;
}

/**
 * Sorts the listed images: a checkpoint's most confident mistakes first, then its least confident correct predictions.
 */
function rankRows(
  { classes, imageLabels, predicted, confidence }: ChosenImages,
  listed: Uint32Array,
  member: number,
): number[] {
  const ranks = Float64Array.from(listed, (image) => {
    const right = classes[imageLabels[image] as number] ?? [];
    const sure = confidence[member]?.[image] as number;
    const known = Number.isNaN(sure) ? 0 : sure;
    return right.includes(predicted[member]?.[image] as number) ? 2 + known : 1 - known;
  });
  return Array.from(listed, (_, row) => row).sort((a, b) => (ranks[a] as number) - (ranks[b] as number) || a - b);
}
