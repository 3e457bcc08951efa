import { type DuplicateContent, findDuplicates } from "../../data/dataset/duplicate-content.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";

/** Published sets hold a few images twice; a share beyond this is no set as it was published. */
const PUBLISHED = 0.001;
/** Groups and paths that are named. */
const FEW = 2;

/** The images of a benchmark that were embedded. */
export interface EmbeddedSet {
  readonly manifest: Pick<Manifest, "benchmark" | "root" | "images">;
  /** SHA-256 of each image file, null for one that could not be read */
  readonly content: readonly (string | null)[];
  /** a protocol of the benchmark is scored on exactly these images when it is complete */
  readonly isComplete: boolean;
}

/**
 * Looks for images of one content among those that were embedded: a copied folder, links to one file, a download that was
 * unpacked twice. Each counts as often as it is there.
 *
 * @returns a note where the set is complete and a few are there twice, as published sets hold some; else a warning for
 *   more than {@link PUBLISHED} of the images, or for one content in two classes; none where there is nothing to say
 */
export function checkDuplicates({ manifest, content, isComplete }: EmbeddedSet): Note[] {
  const { benchmark, root, images } = manifest;
  const found = findDuplicates(images, content);
  if (found === null) return [];
  const isFew = found.n <= PUBLISHED * images.length;
  const text = `${root}: ${describe(found, images.length)}`;
  const about = { benchmark };
  if (isFew && (isComplete || found.acrossClasses === 0)) return [makeNote(text, about)];
  return [makeWarning(`${text}; each counts as often as it is there`, about)];
}

function describe({ n, acrossClasses, groups }: DuplicateContent, images: number): string {
  const counted =
    n === 1 ? `1 of ${images} images is a copy of another` : `${n} of ${images} images are copies of others`;
  const across =
    acrossClasses === 0
      ? ""
      : acrossClasses === n
        ? ", in another class"
        : `, ${acrossClasses} of them in another class`;
  const named = groups.slice(0, FEW).map((paths) => {
    const more = paths.length > FEW ? ` = ${paths.length - FEW} more` : "";
    return paths.slice(0, FEW).join(" = ") + more;
  });
  const rest = groups.length > FEW ? " and others" : "";
  return `${counted}${across} (${named.join(", ")}${rest})`;
}
