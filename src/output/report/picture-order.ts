import type { ChosenImages, FittedImages } from "./store-images.ts";

/** An image that a picture is wanted of. */
export interface WantedPicture {
  /** position in FittedImages.stored.sets */
  readonly set: number;
  /** among the images that are listed */
  readonly row: number;
  readonly benchmark: string;
  readonly image: string;
  /** of the image when it was predicted, see `ChosenImages`; null: not known */
  readonly content: string | null;
}

/**
 * The images that pictures are wanted of, each once: for each checkpoint on each benchmark the mistakes it was surest of, then
 * what it got right and was least sure of. First comes the first of each, then the second of each, ….
 *
 * @param count images of each checkpoint on each benchmark
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

/** Rows of the listed images: a checkpoint's surest mistakes first, its least sure right images after them. */
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
