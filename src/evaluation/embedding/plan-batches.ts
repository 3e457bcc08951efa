import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { Part } from "../store/part-store.ts";
import type { ImagePreparation } from "./image-worker.ts";

/** Images that are processed together, for all targets that lack them. */
export interface Batch {
  readonly part: Part;
  /** position of its first image in the manifest */
  readonly first: number;
  readonly n: number;
  readonly targets: readonly number[];
  /** position → SHA-256 of the part's images that are in no batch, because all targets have their embeddings */
  readonly known: ReadonlyMap<number, string>;
}

/** Parts that a target lacks. */
export interface LackingTarget {
  readonly parts: readonly Part[];
  /** position → SHA-256 of images in these parts whose embeddings it has; their rows are zeros */
  readonly known?: ReadonlyMap<number, string>;
}

/**
 * Plans batches in canonical order, without images that all targets of a part have; no batch spans two parts.
 *
 * @throws Error if the targets' parts differ in size
 */
export function planBatches(targets: readonly LackingTarget[], batchSize: number): Batch[] {
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
    const known = knownToAll(
      part,
      needing.map((t) => targets[t] as LackingTarget),
    );
    const end = part.first + part.rows;
    let first = part.first;
    while (first < end) {
      let n = 0;
      while (n < batchSize && first + n < end && !known.has(first + n)) n++;
      if (n > 0) batches.push({ part, first, n, targets: needing, known });
      first += Math.max(n, 1); // skip a known image
    }
  }
  return batches;
}

function knownToAll(part: Part, targets: readonly LackingTarget[]): ReadonlyMap<number, string> {
  const [first, ...further] = targets.map(({ known }) => known);
  const common = new Map<number, string>();
  if (first === undefined) return common;
  for (let position = part.first; position < part.first + part.rows; position++) {
    const content = first.get(position);
    if (content !== undefined && further.every((known) => known?.has(position))) common.set(position, content);
  }
  return common;
}

export interface DistinctPreparations {
  readonly list: readonly ImagePreparation[];
  /** target → position in the list */
  readonly of: readonly number[];
}

/** Settings that determine how images are prepared for a target. */
export interface PreparedTarget {
  readonly checkpoint: { readonly preprocessing: Preprocessing };
  /** pixels cropped from each side of an image before preprocessing */
  readonly preCrop: number;
}

/** Returns the distinct preparations of images. */
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
