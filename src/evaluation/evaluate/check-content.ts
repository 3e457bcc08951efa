import { compareContent } from "../../data/dataset/compare-content.ts";
import { contentManifestPath, readContentManifest } from "../../data/dataset/content-manifest.ts";
import { nameFew } from "../../data/dataset/describe-aside.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import type { EvaluationPlan, PlannedRun } from "./evaluation-plan.ts";

/**
 * Compares the images that were embedded with those that `inspect --deep` wrote down for the same folder.
 *
 * @param content  SHA-256 of each image file when it was embedded, null for one that could not be read
 * @returns what is to be warned of: images with another content, or moved to the folder of another class
 */
export async function checkContent(
  plan: EvaluationPlan,
  run: PlannedRun,
  content: readonly (string | null)[],
): Promise<Note[]> {
  const { benchmark, manifest } = run;
  const path = await contentManifestPath(plan.storeRoot, benchmark.id, manifest.root);
  const before = await readContentManifest(path, benchmark.id, manifest.root);
  if (before === null) return [];
  const after = [...manifest.images].map((image, i) => ({ ...image, sha256: content[i] ?? null }));
  const { changed, moved } = compareContent(before, after);
  const relabelled = moved.filter((move) => move.relabelled).map(({ from, to }) => `${from} is now ${to}`);
  const since = `${manifest.root}: since it was inspected with --deep`;
  const texts = [
    ...(changed.length > 0 ? [`${changed.length} images changed: ${nameFew(changed)}`] : []),
    ...(relabelled.length > 0 ? [`${relabelled.length} images moved to another class: ${nameFew(relabelled)}`] : []),
  ];
  return texts.map((text) => makeWarning(`${since}, ${text}`, { benchmark: benchmark.id }));
}

/** The same; that it could not be done is a warning too. */
export async function checkContentIfPossible(
  plan: EvaluationPlan,
  run: PlannedRun,
  content: readonly (string | null)[],
): Promise<Note[]> {
  try {
    return await checkContent(plan, run, content);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const text = `${error.message}; whether images changed since is not known`;
    return [makeWarning(text, { benchmark: run.benchmark.id })];
  }
}
