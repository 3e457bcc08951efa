import type { ImageList } from "../sources/image-list.ts";

/** Images of a set whose content is there before, under another name. */
export interface DuplicateContent {
  /** images beyond the first of each content */
  readonly n: number;
  /** of these, those of a content that is in more than one class */
  readonly acrossClasses: number;
  /** groups of paths of one content, those in several classes first */
  readonly groups: readonly (readonly string[])[];
}

/**
 * Finds images of one content.
 *
 * @param content hash of each image, in the list's order; null for one that could not be read
 * @returns null where there is none
 */
export function findDuplicates(images: ImageList, content: readonly (string | null)[]): DuplicateContent | null {
  const first = new Map<string, number>();
  const again = new Map<number, number[]>();
  content.forEach((hash, at) => {
    if (hash === null) return;
    const known = first.get(hash);
    if (known === undefined) first.set(hash, at);
    else again.set(known, [...(again.get(known) ?? []), at]);
  });
  if (again.size === 0) return null;
  let n = 0;
  let acrossClasses = 0;
  const across: string[][] = [];
  const within: string[][] = [];
  for (const [at, others] of again) {
    const group = [at, ...others];
    const isAcross = others.some((other) => images.label(other) !== images.label(at));
    n += others.length;
    if (isAcross) acrossClasses += others.length;
    (isAcross ? across : within).push(group.map((position) => images.at(position).path));
  }
  return { n, acrossClasses, groups: [...across, ...within] };
}
