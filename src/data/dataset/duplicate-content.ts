import type { ImageList } from "../sources/image-list.ts";

/** Images of a set whose content appears earlier under another name. */
export interface DuplicateContent {
  /** number of images beyond the first of each content */
  readonly n: number;
  /** number of these whose content is in more than one class */
  readonly acrossClasses: number;
  /** groups of paths with the same content, those in several classes first */
  readonly groups: readonly (readonly string[])[];
}

/**
 * Finds images with the same content.
 *
 * @param content hash of each image, in the list's order; null for an image that could not be read
 * @returns null where there are none
 */
export function findDuplicates(images: ImageList, content: readonly (string | null)[]): DuplicateContent | null {
  const first = new Map<string, number>();
  const duplicatesOf = new Map<number, number[]>();
  content.forEach((hash, at) => {
    if (hash === null) return;
    const known = first.get(hash);
    if (known === undefined) first.set(hash, at);
    else duplicatesOf.set(known, [...(duplicatesOf.get(known) ?? []), at]);
  });
  if (duplicatesOf.size === 0) return null;
  let n = 0;
  let acrossClasses = 0;
  const across: string[][] = [];
  const within: string[][] = [];
  for (const [at, duplicates] of duplicatesOf) {
    const group = [at, ...duplicates];
    const isAcross = duplicates.some((duplicate) => images.label(duplicate) !== images.label(at));
    n += duplicates.length;
    if (isAcross) acrossClasses += duplicates.length;
    (isAcross ? across : within).push(group.map((position) => images.at(position).path));
  }
  return { n, acrossClasses, groups: [...across, ...within] };
}
