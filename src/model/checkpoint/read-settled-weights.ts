import { readlink, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { FileState } from "../../foundation/files/file-state.ts";
import { readWeights } from "../weights/read-weights.ts";
import type { Weights } from "../weights/weights.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { stateIfReadable } from "./read-companion.ts";

/** Weights, with the states of their files before they were read. */
export interface SettledWeights {
  readonly weights: Weights;
  /** paths of the files relative to the checkpoint's folder */
  readonly files: readonly string[];
  readonly states: ReadonlyMap<string, FileState | null>;
}

/**
 * Reads the headers of weight files. Only the index names the shards, so with shards everything is read again after their states
 * are known.
 *
 * @throws InputError as `readWeights` does
 */
export async function readSettledWeights(facts: CheckpointFacts, file: string): Promise<SettledWeights> {
  const path = join(facts.root, file);
  const states = new Map<string, FileState | null>([[file, await stateIfReadable(path)]]);
  await refuseDeadLink(path);
  const first = await readWeights(path);
  const files = await namesOf(facts, file, first.files);
  const unseen = files.filter((name) => !states.has(name));
  if (unseen.length === 0) return { weights: first, files, states };
  for (const name of unseen) states.set(name, await stateIfReadable(join(facts.root, name)));
  return { weights: await readWeights(path), files, states };
}

/**
 * Refuses a dead link: snapshots in the Hub's cache are links to blobs, which may have been deleted. @throws InputError with the
 * link's target
 */
async function refuseDeadLink(path: string): Promise<void> {
  const target = await readlink(path).catch(() => null);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (target === null || isThere) return;
  throw new InputError(`${path}: a link to ${target}, which does not exist; download it again`);
}

/** Maps real paths to their paths in the checkpoint's folder, which are links in the Hub's cache. */
async function namesOf(facts: CheckpointFacts, file: string, paths: readonly string[]): Promise<string[]> {
  const names = new Map<string, string>();
  for (const name of [...facts.weightFiles, file]) {
    const path = await realpath(join(facts.root, name)).catch(() => null);
    if (path !== null) names.set(path, name);
  }
  return paths.map((path) => names.get(path) ?? relative(facts.root, path).replaceAll("\\", "/"));
}
