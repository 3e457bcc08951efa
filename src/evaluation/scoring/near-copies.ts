import { type Matrix, matrix, row } from "../../foundation/math/matrix.ts";
import { normalizeRowsInPlace } from "../../foundation/math/normalize-rows.ts";
import { openScorer } from "../../model/onnx/scorer.ts";
import { type StoredContent, storedContents } from "../store/stored-content.ts";

/** Two images with different bytes but similar embeddings; SHA-256 of each. */
export interface NearPair {
  readonly left: string;
  readonly right: string;
  readonly cosine: number;
}

/** Stored embeddings of two sets of images by one checkpoint. */
export interface SharedEmbeddings {
  readonly checkpoint: string;
  readonly model: string;
  /** number of contents of each set that have an embedding */
  readonly left: number;
  readonly right: number;
}

/** Number of rows of one set compared with the other at a time. */
const BLOCK = 8192;
/** Number of nearest images considered per image and block. */
const NEAREST = 8;

/**
 * Chooses the checkpoint in a store whose embeddings cover both sets best, by the smaller share of the two sets; ties
 * are resolved by name.
 *
 * @param checkpoint  consider only checkpoints of this name
 * @returns null if no checkpoint has embeddings of both
 */
export async function chooseSharedEmbeddings(
  storeRoot: string,
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
  checkpoint?: string,
): Promise<SharedEmbeddings | null> {
  const found = new Map<string, { checkpoint: string; left: Set<string>; right: Set<string> }>();
  for await (const part of storedContents(storeRoot)) {
    if (checkpoint !== undefined && part.checkpoint !== checkpoint) continue;
    const known = found.get(part.model) ?? { checkpoint: part.checkpoint, left: new Set(), right: new Set() };
    found.set(part.model, known);
    for (const hash of part.content) {
      if (left.has(hash)) known.left.add(hash);
      if (right.has(hash)) known.right.add(hash);
    }
  }
  const share = (coverage: { left: Set<string>; right: Set<string> }) =>
    Math.min(coverage.left.size / left.size, coverage.right.size / right.size);
  const [best] = [...found]
    .filter(([, coverage]) => share(coverage) > 0)
    .sort(([, a], [, b]) => share(b) - share(a) || (a.checkpoint < b.checkpoint ? -1 : 1));
  if (best === undefined) return null;
  const [model, { checkpoint: name, left: embedded, right: embeddedElsewhere }] = best;
  return { checkpoint: name, model, left: embedded.size, right: embeddedElsewhere.size };
}

/**
 * Finds pairs of images of two sets whose embeddings have at least the threshold cosine; identical images are excluded.
 * For each image of the larger set, the 8 nearest of each block of 8,192 in the other are considered.
 *
 * @param model  from {@link chooseSharedEmbeddings}
 */
export async function findNearPairs(
  storeRoot: string,
  sets: { readonly left: ReadonlySet<string>; readonly right: ReadonlySet<string>; readonly model: string },
  options: { readonly threshold: number; readonly threads: number; readonly checkStopped?: (() => void) | undefined },
): Promise<NearPair[]> {
  const isSwapped = sets.left.size > sets.right.size;
  const [small, large] = isSwapped ? [sets.right, sets.left] : [sets.left, sets.right];
  const pairs: NearPair[] = [];
  for await (const block of embeddingsOf(storeRoot, sets.model, small, BLOCK)) {
    const k = Math.min(NEAREST, block.hashes.length);
    const scorer = await openScorer(block.embeddings, { k, threads: options.threads });
    try {
      for await (const { hashes, embeddings } of embeddingsOf(storeRoot, sets.model, large, BLOCK)) {
        options.checkStopped?.();
        const { indices, values } = await scorer.score(embeddings);
        for (let at = 0; at < values.length; at++) {
          const cosine = values[at] as number;
          if (cosine < options.threshold) continue;
          const near = block.hashes[indices[at] as number] as string;
          const hash = hashes[Math.floor(at / k)] as string;
          if (near !== hash)
            pairs.push(isSwapped ? { left: hash, right: near, cosine } : { left: near, right: hash, cosine });
        }
      }
    } finally {
      await scorer.close();
    }
  }
  return pairs.sort((a, b) => b.cosine - a.cosine);
}

interface Block {
  readonly hashes: readonly string[];
  /** (hashes, d), rows of unit length */
  readonly embeddings: Matrix;
}

/** Iterates over the stored embeddings of contents, without duplicates, in blocks. */
async function* embeddingsOf(
  storeRoot: string,
  model: string,
  wanted: ReadonlySet<string>,
  rows: number,
): AsyncIterable<Block> {
  const seen = new Set<string>();
  let hashes: string[] = [];
  let data: Float32Array = new Float32Array(0);
  let columns = 0;
  const take = (): Block => {
    const block = { hashes, embeddings: matrix(data.slice(0, hashes.length * columns), hashes.length, columns) };
    normalizeRowsInPlace(block.embeddings, "stored image embeddings");
    hashes = [];
    return block;
  };
  for await (const part of storedContents(storeRoot)) {
    if (part.model !== model) continue;
    const positions = newPositions(part, wanted, seen);
    const embeddings = positions.length === 0 ? null : await part.read();
    if (embeddings === null) continue;
    if (columns === 0) {
      columns = embeddings.columns;
      data = new Float32Array(rows * columns);
    }
    for (const position of positions) {
      const hash = part.content[position] as string;
      if (seen.has(hash)) continue; // duplicate within a part
      seen.add(hash);
      data.set(row(embeddings, position), hashes.length * columns);
      if (hashes.push(hash) === rows) yield take();
    }
  }
  if (hashes.length > 0) yield take();
}

function newPositions({ content }: StoredContent, wanted: ReadonlySet<string>, seen: ReadonlySet<string>): number[] {
  return content.flatMap((hash, position) => (wanted.has(hash) && !seen.has(hash) ? [position] : []));
}
