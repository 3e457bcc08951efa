import { compareContent } from "../../data/dataset/compare-content.ts";
import { contentManifestPath, readContentManifest } from "../../data/dataset/content-manifest.ts";
import { nameFew } from "../../data/dataset/describe-aside.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";

/** Outcome of comparing embedded images with the recorded content. */
export interface CheckedContent {
  /** warnings about changed, moved or new images, or that this is unknown */
  readonly notes: readonly Note[];
  /** identity of the certified set that all these images belong to, each in its class; null if unknown */
  readonly certified: string | null;
}

/**
 * Compares the embedded images with those that `verify` or `inspect --deep` recorded for the same folder.
 *
 * @param content  SHA-256 of each image file when it was embedded, null for an unreadable one
 */
export async function checkContent(
  storeRoot: string,
  manifest: Manifest,
  content: readonly (string | null)[],
): Promise<CheckedContent> {
  const about = { benchmark: manifest.benchmark };
  try {
    const { changes, certified } = await findChanges(storeRoot, manifest, content);
    return { notes: changes.map((text) => makeWarning(text, about)), certified };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const text = `${error.message}; it is unknown whether images changed since`;
    return { notes: [makeWarning(text, about)], certified: null };
  }
}

async function findChanges(
  storeRoot: string,
  manifest: Manifest,
  content: readonly (string | null)[],
): Promise<{ readonly changes: string[]; readonly certified: string | null }> {
  const { benchmark, images } = manifest;
  const path = await contentManifestPath(storeRoot, benchmark, manifest);
  const before = await readContentManifest(path, benchmark, manifest);
  if (before === null) return { changes: [], certified: null };
  const after = [...images].map((image, i) => ({ ...image, sha256: content[i] ?? null }));
  const { changed, moved, added } = compareContent(before.images, after);
  const relabeled = moved.filter((move) => move.relabeled).map(({ from, to }) => `${from} is now ${to}`);
  const since = `${pathOfPlace(manifest)}: since it was ${before.certified === null ? "inspected with --deep" : "certified"}`;
  const changes = [
    ...(changed.length > 0 ? [`${since}, ${plural(changed.length, "image")} changed: ${nameFew(changed)}`] : []),
    ...(relabeled.length > 0
      ? [`${since}, ${plural(relabeled.length, "image")} moved to another class: ${nameFew(relabeled)}`]
      : []),
    ...(added.length > 0 ? [`${since}, ${plural(added.length, "image")} added: ${nameFew(added)}`] : []),
  ];
  const isAsCertified = changes.length === 0 && content.every((hash) => hash !== null);
  return { changes, certified: isAsCertified ? before.certified : null };
}
