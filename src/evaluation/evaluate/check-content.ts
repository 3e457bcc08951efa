import { compareContent } from "../../data/dataset/compare-content.ts";
import { contentManifestPath, readContentManifest } from "../../data/dataset/content-manifest.ts";
import { nameFew } from "../../data/dataset/describe-aside.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";

/**
 * Compares the images that were embedded with those that `inspect --deep` wrote down for the same folder.
 *
 * @param content  SHA-256 of each image file when it was embedded, null for one that could not be read
 * @returns what is to be warned of: images with another content, or moved to the folder of another class; or that what
 *   was written down cannot be read
 */
export async function checkContent(
  storeRoot: string,
  manifest: Manifest,
  content: readonly (string | null)[],
): Promise<Note[]> {
  const about = { benchmark: manifest.benchmark };
  try {
    const changes = await describeChanges(storeRoot, manifest, content);
    return changes.map((text) => makeWarning(text, about));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [makeWarning(`${error.message}; whether images changed since is not known`, about)];
  }
}

async function describeChanges(
  storeRoot: string,
  { benchmark, root, images }: Manifest,
  content: readonly (string | null)[],
): Promise<string[]> {
  const path = await contentManifestPath(storeRoot, benchmark, root);
  const before = await readContentManifest(path, benchmark, root);
  if (before === null) return [];
  const after = [...images].map((image, i) => ({ ...image, sha256: content[i] ?? null }));
  const { changed, moved } = compareContent(before, after);
  const relabelled = moved.filter((move) => move.relabelled).map(({ from, to }) => `${from} is now ${to}`);
  const since = `${root}: since it was inspected with --deep`;
  return [
    ...(changed.length > 0 ? [`${since}, ${plural(changed.length, "image")} changed: ${nameFew(changed)}`] : []),
    ...(relabelled.length > 0
      ? [`${since}, ${plural(relabelled.length, "image")} moved to another class: ${nameFew(relabelled)}`]
      : []),
  ];
}
