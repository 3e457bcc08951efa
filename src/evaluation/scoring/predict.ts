import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Matrix } from "../../foundation/math/matrix.ts";
import { NoDirectionError, normalizeRowsInPlace } from "../../foundation/math/normalize-rows.ts";
import { openScorer } from "../../model/onnx/scorer.ts";
import type { Part, PartStore } from "../store/part-store.ts";

/**
 * Predictions of a classifier for n images, in the manifest's order, without unreadable images and images that the
 * protocol does not score.
 */
export interface Predictions {
  /** (n,), position of each image in the manifest */
  readonly images: Int32Array;
  /** number of classes kept per image: 5, or all if there are fewer */
  readonly k: number;
  /** (n, k), best first: class indices */
  readonly top: Int32Array;
  /** (n, k): cosines */
  readonly scores: Float32Array;
}

/** Number of classes kept per image. */
const TOP = 5;

/** Inputs of scoring. */
export interface PredictInputs {
  readonly manifest: Manifest;
  /** (rows, d), rows of unit length, one per class name */
  readonly weights: Matrix;
  readonly space: ClassSpace;
}

/** The reading functions of a part store. */
type StoredParts = Pick<PartStore, "folder" | "parts" | "read">;

/**
 * Scores stored image embeddings with a zero-shot classifier on a protocol's classes, part by part.
 *
 * @throws InputError if a part is incomplete, the widths differ, or no image is left
 */
export async function predict(
  store: StoredParts,
  { manifest, weights, space }: PredictInputs,
  threads?: number,
): Promise<Predictions> {
  const k = Math.min(TOP, space.rows.length);
  const scored = (position: number) => rightClasses(space, manifest.images, position) !== null;
  const scorer = await openScorer(weights, { k, groups: space.rows, ...(threads === undefined ? {} : { threads }) });
  try {
    const images: number[] = [];
    const blocks: { readonly indices: Int32Array; readonly values: Float32Array }[] = [];
    for (const part of store.parts) {
      const { features, positions } = await readFeatures(store, part, weights.columns, scored);
      if (positions.length === 0) continue;
      blocks.push(await scorer.score(features));
      for (const position of positions) images.push(position);
    }
    if (images.length === 0) throw new InputError("no readable images to score");
    const top = new Int32Array(images.length * k);
    const scores = new Float32Array(images.length * k);
    let at = 0;
    for (const block of blocks) {
      top.set(block.indices, at);
      scores.set(block.values, at);
      at += block.indices.length;
    }
    return { images: Int32Array.from(images), k, top, scores };
  } finally {
    await scorer.close();
  }
}

/** Reads a part's embeddings of scored images, normalized, and their positions. */
async function readFeatures(
  store: StoredParts,
  part: Part,
  d: number,
  scored: (position: number) => boolean,
): Promise<{ features: Matrix; positions: number[] }> {
  const stored = await store.read(part);
  if (typeof stored === "string") throw new InputError(`${stored}; run the same command again to recreate it`);
  const { matrix: m, metadata: about } = stored;
  if (m.columns !== d) {
    throw new InputError(
      `${store.folder}: image embeddings have ${m.columns} columns, but the classifier has ${d}; the two towers do not belong together`,
    );
  }
  const skipped = new Set(about.skipped.map((image) => image.index));
  const positions: number[] = [];
  for (let r = 0; r < m.rows; r++) {
    if (skipped.has(part.first + r) || !scored(part.first + r)) continue;
    m.data.copyWithin(positions.length * d, r * d, (r + 1) * d);
    positions.push(part.first + r);
  }
  const features: Matrix = { data: m.data.subarray(0, positions.length * d), rows: positions.length, columns: d };
  try {
    normalizeRowsInPlace(features, `${store.folder}: image embeddings of part ${part.index}`);
  } catch (cause) {
    if (!(cause instanceof NoDirectionError)) throw cause;
    throw new InputError(cause.message, { cause });
  }
  return { features, positions };
}
