import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { FileState } from "../../foundation/files/file-state.ts";
import { readWeights } from "../weights/read-weights.ts";
import type { Weights } from "../weights/weights.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { stateIfReadable } from "./look-at.ts";

/** Weights, with what the file system showed of their files before they were read. */
export interface SettledWeights {
  readonly weights: Weights;
  /** the files, relative to the checkpoint's folder, by the names that they have there */
  readonly files: readonly string[];
  readonly states: ReadonlyMap<string, FileState | null>;
}

/**
 * Reads what weight files say of themselves. Which shards there are is known only from their index: with shards everything is read
 * again once they were looked at.
 *
 * @throws InputError as `readWeights` does
 */
export async function readSettledWeights(facts: CheckpointFacts, file: string): Promise<SettledWeights> {
  const path = join(facts.root, file);
  const states = new Map<string, FileState | null>([[file, await stateIfReadable(path)]]);
  const first = await readWeights(path);
  const files = await namesOf(facts, file, first.files);
  const unseen = files.filter((name) => !states.has(name));
  if (unseen.length === 0) return { weights: first, files, states };
  for (const name of unseen) states.set(name, await stateIfReadable(join(facts.root, name)));
  return { weights: await readWeights(path), files, states };
}

/** Real paths by the names that lead to them from the checkpoint's folder; in the Hub's cache these are links. */
async function namesOf(facts: CheckpointFacts, file: string, paths: readonly string[]): Promise<string[]> {
  const names = new Map<string, string>();
  for (const name of [...facts.weightFiles, file]) {
    const path = await realpath(join(facts.root, name)).catch(() => null);
    if (path !== null) names.set(path, name);
  }
  return paths.map((path) => names.get(path) ?? relative(facts.root, path).replaceAll("\\", "/"));
}
