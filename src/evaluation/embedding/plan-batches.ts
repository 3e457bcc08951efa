import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { Part } from "../store/part-store.ts";
import type { ImagePreparation } from "./image-worker.ts";

/** Images that go through the pipeline together, for all targets that lack them. */
export interface Batch {
  readonly part: Part;
  /** position of its first image in the manifest */
  readonly first: number;
  readonly n: number;
  readonly targets: readonly number[];
}

/** Batches in canonical order; none crosses the end of a part. @throws Error if the targets' parts differ in size */
export function planBatches(targets: readonly { readonly parts: readonly Part[] }[], batchSize: number): Batch[] {
  const wanted = new Map<number, { part: Part; targets: number[] }>();
  for (const [t, target] of targets.entries()) {
    for (const part of target.parts) {
      const entry = wanted.get(part.index) ?? { part, targets: [] };
      if (entry.part.first !== part.first || entry.part.rows !== part.rows) {
        throw new Error("embedImages: the targets' parts differ in size");
      }
      entry.targets.push(t);
      wanted.set(part.index, entry);
    }
  }
  const batches: Batch[] = [];
  for (const { part, targets: needing } of [...wanted.values()].sort((a, b) => a.part.index - b.part.index)) {
    for (let at = 0; at < part.rows; at += batchSize) {
      batches.push({ part, first: part.first + at, n: Math.min(batchSize, part.rows - at), targets: needing });
    }
  }
  return batches;
}

export interface DistinctPreparations {
  readonly list: readonly ImagePreparation[];
  /** target → position in the list */
  readonly of: readonly number[];
}

/** What decides how images are prepared for a target. */
export interface PreparedTarget {
  readonly checkpoint: { readonly preprocessing: Preprocessing };
  /** pixels cut off at each side of an image before the preprocessing */
  readonly preCrop: number;
}

/** The ways in which images are prepared, each once. */
export function distinctPreparations(targets: readonly PreparedTarget[]): DistinctPreparations {
  const list: ImagePreparation[] = [];
  const positions = new Map<string, number>();
  const of = targets.map(({ checkpoint: { preprocessing }, preCrop }) => {
    const key = JSON.stringify([preCrop, preprocessing]);
    const known = positions.get(key) ?? list.push({ preCrop, preprocessing }) - 1;
    positions.set(key, known);
    return known;
  });
  return { list, of };
}
