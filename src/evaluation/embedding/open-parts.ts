import type { Matrix } from "../../foundation/math/matrix.ts";
import type { AboutPart, Part, SkippedImage } from "../store/part-store.ts";
import type { ImageContent } from "./hash-images.ts";

/** Rows of a part from a batch; batches may arrive in any order. */
export interface BatchRows {
  /** position of its first image in the manifest */
  readonly first: number;
  readonly n: number;
  /** (n, d) */
  readonly embeddings: Float32Array;
  /** content of each image's file */
  readonly content: readonly ImageContent[];
  readonly skipped: readonly SkippedImage[];
}

export interface FilledPart {
  readonly embeddings: Matrix;
  readonly metadata: AboutPart;
  /** content of each image's file */
  readonly content: readonly ImageContent[];
}

interface OpenPart {
  readonly data: Float32Array;
  readonly content: ImageContent[];
  readonly skipped: SkippedImage[];
  filled: number;
}

/** Assembles batches into parts for several targets; skipped and known images have rows of zeros. */
export function openParts(): {
  add(target: number, part: Part, batch: BatchRows, known: ReadonlyMap<number, string>): FilledPart | null;
} {
  const open = new Map<string, OpenPart>();
  return {
    /**
     * @param known  position → SHA-256 of the part's images that are in no batch
     * @returns the part when its last row has arrived
     */
    add(target, part, { first, n, embeddings, content, skipped }, known) {
      const key = `${target} ${part.index}`;
      const columns = embeddings.length / n;
      const fresh = (): OpenPart => {
        const contents: ImageContent[] = [];
        for (const [position, hash] of known) contents[position - part.first] = { sha256: hash, identity: "" };
        return { data: new Float32Array(part.rows * columns), content: contents, skipped: [], filled: known.size };
      };
      const openPart: OpenPart = open.get(key) ?? fresh();
      open.set(key, openPart);
      openPart.data.set(embeddings, (first - part.first) * columns);
      for (const { index } of skipped) {
        const at = (index - part.first) * columns;
        openPart.data.fill(0, at, at + columns);
      }
      for (const [i, image] of content.entries()) openPart.content[first - part.first + i] = image;
      openPart.skipped.push(...skipped);
      openPart.filled += n;
      if (openPart.filled < part.rows) return null;
      open.delete(key);
      openPart.skipped.sort((a, b) => a.index - b.index);
      return {
        embeddings: { data: openPart.data, rows: part.rows, columns },
        metadata: {
          first: part.first,
          skipped: openPart.skipped,
          content: openPart.content.map((image) => image.sha256),
        },
        content: openPart.content,
      };
    },
  };
}
