import { type DuplicateContent, findDuplicates } from "../../data/dataset/duplicate-content.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import type { PlannedRun } from "./evaluation-plan.ts";

/** Published sets hold a few images twice; a share beyond this is no set as it was published. */
const PUBLISHED = 0.001;
/** Groups and paths that are named. */
const FEW = 2;

/**
 * Looks for images of one content among those that were embedded: a copied folder, links to one file, a download that was
 * unpacked twice. Each counts as often as it is there.
 *
 * @param content  SHA-256 of each image file, null for one that could not be read
 * @returns a note where the set is complete and a few are there twice, as published sets hold some; else a warning for
 *   more than {@link PUBLISHED} of the images, or for one content in two classes; none where there is nothing to say
 */
export function checkDuplicates(run: PlannedRun, content: readonly (string | null)[]): Note[] {
  const { benchmark, manifest } = run;
  const found = findDuplicates(manifest.images, content);
  if (found === null) return [];
  const isComplete = run.results.some(({ protocol }) => protocol.images === manifest.images.length);
  const isFew = found.n <= PUBLISHED * manifest.images.length;
  const text = `${manifest.root}: ${describe(found, manifest.images.length)}`;
  const about = { benchmark: benchmark.id };
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
