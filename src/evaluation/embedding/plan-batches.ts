import type { Part } from "../store/part-store.ts";
import type { EmbedTarget } from "./embed-images.ts";
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
export function planBatches(targets: readonly EmbedTarget[], batchSize: number): Batch[] {
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

/** The ways in which images are prepared, each once. */
export function distinctPreparations(targets: readonly EmbedTarget[]): DistinctPreparations {
  const list: ImagePreparation[] = [];
  const positions = new Map<string, number>();
  const of = targets.map(({ checkpoint: { preprocessing }, border }) => {
    const key = JSON.stringify([border, preprocessing]);
    const known = positions.get(key) ?? list.push({ border, preprocessing }) - 1;
    positions.set(key, known);
    return known;
  });
  return { list, of };
}
