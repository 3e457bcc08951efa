import { type DuplicateContent, findDuplicates } from "../../data/dataset/duplicate-content.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";

/** Maximum share of duplicates in a published set; published sets contain a few. */
const PUBLISHED = 0.001;
/** Maximum number of groups and paths listed. */
const MAX_NAMED = 2;

/** The embedded images of a benchmark. */
export interface EmbeddedSet {
  readonly manifest: Pick<Manifest, "benchmark" | "root" | "images">;
  /** SHA-256 of each image file, null for an unreadable one */
  readonly content: readonly (string | null)[];
  /** these images are exactly the complete set of a protocol */
  readonly isComplete: boolean;
}

/**
 * Finds duplicates among the embedded images, caused by a copied folder, links to one file, or a download unpacked
 * twice. Each copy counts in the score.
 *
 * @returns a note if the set is complete and has few duplicates, as published sets do; else a warning for more than
 *   {@link PUBLISHED} of the images, or for the same content in two classes; nothing if there are none
 */
export function checkDuplicates({ manifest, content, isComplete }: EmbeddedSet): Note[] {
  const { benchmark, root, images } = manifest;
  const found = findDuplicates(images, content);
  if (found === null) return [];
  const isFew = found.n <= PUBLISHED * images.length;
  const text = `${root}: ${describe(found, images.length)}`;
  const about = { benchmark };
  if (isFew && (isComplete || found.acrossClasses === 0)) return [makeNote(text, about)];
  return [makeWarning(`${text}; each copy counts in the score`, about)];
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
  const named = groups.slice(0, MAX_NAMED).map((paths) => {
    const more = paths.length > MAX_NAMED ? ` = ${paths.length - MAX_NAMED} more` : "";
    return paths.slice(0, MAX_NAMED).join(" = ") + more;
  });
  const rest = groups.length > MAX_NAMED ? " and others" : "";
  return `${counted}${across} (${named.join(", ")}${rest})`;
}
