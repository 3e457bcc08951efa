import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../../foundation/files/read-text.ts";
import { readStoredMatrix, storedMatrixMetadata } from "../../foundation/files/stored-matrix.ts";
import type { Matrix } from "../../foundation/math/matrix.ts";
import type { AboutPart } from "./part-store.ts";

const layoutSchema = z.object({
  checkpoint: z.string(),
  fingerprint: z.string(),
  preprocessing: z.unknown(),
});

/** Stored embeddings of several hundred images with their contents, independent of the set. */
export interface StoredContent {
  /** name of the checkpoint when they were embedded */
  readonly checkpoint: string;
  /** equal for embeddings of the same checkpoint and preprocessing, which can be compared */
  readonly model: string;
  /** SHA-256 of each image's bytes; empty for images without an embedding */
  readonly content: readonly string[];
  /** @returns (images, d); null if they are unreadable or were recreated in the meantime */
  read(): Promise<Matrix | null>;
}

/** Iterates over all image embeddings of a store; damaged ones are skipped. */
export async function* storedContents(storeRoot: string): AsyncIterable<StoredContent> {
  const root = join(storeRoot, "images");
  for (const name of (await readdir(root).catch(() => [] as string[])).sort()) {
    const folder = join(root, name);
    const layout = layoutSchema.safeParse(await readJson(join(folder, "store.json")).catch(() => null));
    if (!layout.success) continue;
    const { checkpoint, fingerprint, preprocessing } = layout.data;
    const model = JSON.stringify([fingerprint, preprocessing]);
    for (const file of (await readdir(folder)).sort()) {
      if (!/^part-\d{5,}\.json$/.test(file)) continue;
      const stem = join(folder, file.slice(0, -".json".length));
      const about = await storedMatrixMetadata<AboutPart>(stem);
      if (about === null) continue;
      const content = contentOf(about);
      const read = async () => {
        const stored = await readStoredMatrix<AboutPart>(stem);
        if (typeof stored === "string" || stored.matrix.rows !== content.length) return null;
        return contentOf(stored.metadata).join() === content.join() ? stored.matrix : null;
      };
      yield { checkpoint, model, content, read };
    }
  }
}

/** A skipped image has a row of zeros, which is not an embedding. */
function contentOf({ first, skipped, content }: AboutPart): string[] {
  const left = new Set(skipped.map(({ index }) => index - first));
  return content.map((hash, row) => (left.has(row) ? "" : hash));
}
