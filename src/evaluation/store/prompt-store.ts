import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../foundation/files/sha256.ts";
import {
  readStoredMatrix,
  type StoredMatrix,
  storedMatrixState,
  writeStoredMatrix,
} from "../../foundation/files/stored-matrix.ts";
import { type Matrix, row } from "../../foundation/math/matrix.ts";

/**
 * Stores text embeddings of one checkpoint by prompt, so any template set or class-name list reuses prompts embedded
 * before. Embeddings are float32 outputs of the graph, not normalized.
 */
export interface PromptStore {
  /** Whether the embedding of a prompt is stored. */
  has(prompt: string): boolean;
  /** Reads embeddings of stored prompts, (d,) each, in the requested order. @throws Error if one is not stored */
  read(prompts: readonly string[]): Promise<Float32Array[]>;
  /** Adds prompts (n) and their embeddings (n, d) in one file. */
  add(prompts: readonly string[], embeddings: Matrix): Promise<void>;
}

interface AboutPrompts {
  /** key of everything that determines the embeddings except the text */
  readonly of: string;
  readonly prompts: readonly string[];
}

/**
 * Opens the store in a folder, which is created by the first `add`. Damaged or foreign files are skipped and recreated.
 *
 * @param of  key of the checkpoint and everything else that determines a text's embedding; each file contains it
 */
export async function openPromptStore(folder: string, of: string): Promise<PromptStore> {
  const places = new Map<string, { readonly stem: string; readonly row: number }>();
  const place = (stem: string, prompts: readonly string[]) => {
    for (const [index, prompt] of prompts.entries()) places.set(prompt, { stem, row: index });
  };
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.filter((entry) => /^prompts-[0-9a-f]{16}\.json$/.test(entry)).sort()) {
    const stem = join(folder, name.slice(0, -".json".length));
    const stored = await readableStem(stem, of);
    if (stored !== null) place(stem, stored);
  }
  return {
    has: (prompt) => places.has(prompt),
    read: async (prompts) => readPrompts(prompts, places, of),
    add: async (prompts, embeddings) => {
      const stem = join(folder, `prompts-${sha256(JSON.stringify(prompts)).slice(0, 16)}`);
      await writeStoredMatrix<AboutPrompts>(stem, embeddings, { of, prompts });
      place(stem, prompts);
    },
  };
}

async function readableStem(stem: string, of: string): Promise<readonly string[] | null> {
  const stored = await storedMatrixState<AboutPrompts>(stem);
  if (stored.state !== "whole" || stored.metadata.of !== of || !Array.isArray(stored.metadata.prompts)) return null;
  return stored.metadata.prompts.length === stored.rows ? stored.metadata.prompts : null;
}

async function readPrompts(
  prompts: readonly string[],
  places: ReadonlyMap<string, { readonly stem: string; readonly row: number }>,
  of: string,
): Promise<Float32Array[]> {
  const files = new Map<string, StoredMatrix<AboutPrompts>>();
  const embeddings: Float32Array[] = [];
  for (const prompt of prompts) {
    const found = places.get(prompt);
    if (found === undefined) throw new Error(`prompt not stored: "${prompt}"`);
    let file = files.get(found.stem);
    if (file === undefined) {
      const stored = await readStoredMatrix<AboutPrompts>(found.stem);
      if (typeof stored === "string") throw new Error(stored);
      file = stored;
      files.set(found.stem, file);
    }
    // Another run may have rewritten the file since it was checked
    if (file.metadata.of !== of || file.metadata.prompts[found.row] !== prompt) {
      throw new Error(`${found.stem}.json: its content changed since it was opened`);
    }
    embeddings.push(row(file.matrix, found.row));
  }
  return embeddings;
}
