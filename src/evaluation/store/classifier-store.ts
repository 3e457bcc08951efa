import { join } from "node:path";
import { sha256 } from "../../foundation/files/sha256.ts";
import { readStoredMatrix, storedMatrixMetadata, writeStoredMatrix } from "../../foundation/files/stored-matrix.ts";
import type { Matrix } from "../../foundation/math/matrix.ts";

/** Incremented when the same prompt embeddings would give different weights. */
const CLASSIFIER_VERSION = 1;

interface AboutClassifier {
  /** key of everything that determines the prompts' embeddings except the text */
  readonly of: string;
  /** hash of the lists of prompts per class, and of the version */
  readonly key: string;
}

/**
 * Stores the classifiers of one checkpoint next to its text embeddings. A classifier has 2 MB, the embeddings of its
 * 80,000 prompts 160 MB, so a sweep neither keeps all embeddings in memory nor rebuilds classifiers for every
 * benchmark.
 */
export interface ClassifierStore {
  has(promptsOfClass: readonly (readonly string[])[]): Promise<boolean>;
  /** @returns the weights (classes, d); null if they are missing or damaged */
  read(promptsOfClass: readonly (readonly string[])[]): Promise<Matrix | null>;
  write(promptsOfClass: readonly (readonly string[])[], weights: Matrix): Promise<void>;
}

/** @param of  as for {@link import("./prompt-store.ts").openPromptStore} */
export function openClassifierStore(folder: string, of: string): ClassifierStore {
  const place = (promptsOfClass: readonly (readonly string[])[]) => {
    const key = sha256(JSON.stringify([CLASSIFIER_VERSION, promptsOfClass]));
    return { key, stem: join(folder, `classifier-${key.slice(0, 16)}`) };
  };
  return {
    has: async (prompts) => {
      const { key, stem } = place(prompts);
      const about = await storedMatrixMetadata<AboutClassifier>(stem);
      return about?.key === key && about.of === of;
    },
    read: async (prompts) => {
      const { key, stem } = place(prompts);
      const stored = await readStoredMatrix<AboutClassifier>(stem);
      if (typeof stored === "string" || stored.metadata.key !== key || stored.metadata.of !== of) return null;
      if (stored.matrix.rows !== prompts.length) return null;
      return stored.matrix;
    },
    write: async (prompts, weights) => {
      const { key, stem } = place(prompts);
      await writeStoredMatrix<AboutClassifier>(stem, weights, { of, key });
    },
  };
}
