import { InputError } from "../../foundation/errors.ts";
import { type Matrix, matrix } from "../../foundation/math/matrix.ts";
import type { Part, PartStore } from "./part-store.ts";

/** Location of an image's stored embedding. */
export interface StoredRow {
  readonly store: PartStore;
  readonly part: Part;
  readonly row: number;
}

/** Maximum bytes of embeddings copied at a time. */
const CHUNK_BYTES = 256e6;
const FLOAT32 = 4;

/**
 * Finds stored embeddings by image content.
 *
 * @param wanted SHA-256 of images
 * @returns content → location of its embedding, if stored; unreadable images have none
 */
export async function findStoredRows(
  stores: readonly PartStore[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, StoredRow>> {
  const found = new Map<string, StoredRow>();
  for (const store of stores) {
    for (const part of store.parts) {
      const about = await store.about(part);
      if (about === null) continue;
      const skipped = new Set(about.skipped.map(({ index }) => index - part.first));
      for (const [row, content] of about.content.entries()) {
        if (content === "" || skipped.has(row) || !wanted.has(content) || found.has(content)) continue;
        found.set(content, { store, part, row });
      }
    }
  }
  return found;
}

/**
 * Makes parts from embeddings stored elsewhere.
 *
 * @param contentOf SHA-256 of the image at a position of the manifest
 * @param rows      content → location of its embedding
 * @returns the parts that could not be made because embeddings were removed, damaged or recreated in the meantime
 */
export async function copyParts(
  into: PartStore,
  parts: readonly Part[],
  contentOf: (position: number) => string,
  rows: ReadonlyMap<string, StoredRow>,
): Promise<Part[]> {
  const failed: Part[] = [];
  const columns = await findColumns(rows);
  let at = 0;
  while (at < parts.length) {
    let to = at + 1;
    let bytes = 0;
    for (; to < parts.length && bytes < CHUNK_BYTES; to++) bytes += (parts[to] as Part).rows * columns * FLOAT32;
    failed.push(...(await copyChunk(into, parts.slice(at, to), contentOf, rows)));
    at = to;
  }
  return failed;
}

/**
 * Copies stored embeddings into rows of a matrix.
 *
 * @param rows     content → location of its embedding
 * @param contents SHA-256 of the requested images
 * @param into     (rows, d)
 * @param places   target row of each
 * @throws InputError if one was removed in the meantime, is damaged, or has a different width
 */
export async function readStoredRows(
  rows: ReadonlyMap<string, StoredRow>,
  contents: readonly string[],
  into: Matrix,
  places: readonly number[],
): Promise<void> {
  const bySource = new Map<Part, { readonly at: number; readonly from: StoredRow }[]>();
  for (const [at, content] of contents.entries()) {
    const from = rows.get(content);
    if (from === undefined) throw new InputError(SOURCE_REMOVED);
    bySource.set(from.part, [...(bySource.get(from.part) ?? []), { at, from }]);
  }
  for (const [part, wanted] of bySource) {
    const stored = await (wanted[0] as (typeof wanted)[number]).from.store.read(part);
    if (typeof stored === "string") throw new InputError(`${stored}; ${RERUN_ADVICE}`);
    const { data, columns } = stored.matrix;
    for (const { at, from } of wanted) {
      if (columns !== into.columns || stored.metadata.content[from.row] !== contents[at])
        throw new InputError(SOURCE_REMOVED);
      into.data.set(data.subarray(from.row * columns, (from.row + 1) * columns), (places[at] as number) * columns);
    }
  }
}

const RERUN_ADVICE = "run the same command again to embed the missing images";
const SOURCE_REMOVED = `a stored embedding was removed or recreated before it was copied; ${RERUN_ADVICE}`;

/** Returns the width of the embeddings; 0 if none can be read. */
async function findColumns(rows: ReadonlyMap<string, StoredRow>): Promise<number> {
  for (const { store, part } of rows.values()) {
    const stored = await store.read(part);
    if (typeof stored !== "string") return stored.matrix.columns;
  }
  return 0;
}

/** A row of a part to make, with its content. */
interface TargetRow {
  readonly target: Target;
  readonly row: number;
  readonly content: string;
  readonly from: StoredRow;
}

interface Target {
  readonly part: Part;
  readonly content: readonly string[];
  data: Float32Array | null;
  /** number of rows not filled yet */
  missing: number;
}

/** Copies a chunk, reading each stored part once. */
async function copyChunk(
  into: PartStore,
  parts: readonly Part[],
  contentOf: (position: number) => string,
  rows: ReadonlyMap<string, StoredRow>,
): Promise<Part[]> {
  const bySource = new Map<Part, TargetRow[]>();
  const targets = parts.map((part): Target => {
    const content = Array.from({ length: part.rows }, (_, row) => contentOf(part.first + row));
    const target: Target = { part, content, data: null, missing: part.rows };
    for (const [row, hash] of content.entries()) {
      const from = rows.get(hash);
      if (from === undefined) continue;
      const list = bySource.get(from.part) ?? [];
      list.push({ target, row, content: hash, from });
      bySource.set(from.part, list);
    }
    return target;
  });
  for (const [part, wanted] of bySource) {
    const stored = await (wanted[0] as TargetRow).from.store.read(part);
    if (typeof stored === "string") continue;
    for (const { target, row, content, from } of wanted) {
      if (stored.metadata.content[from.row] === content) fillRow(target, row, stored.matrix, from.row);
    }
  }
  const failed: Part[] = [];
  for (const { part, content, data, missing } of targets) {
    if (data === null || missing > 0) failed.push(part);
    else
      await into.write(part, matrix(data, part.rows, data.length / part.rows), {
        first: part.first,
        skipped: [],
        content,
      });
  }
  return failed;
}

function fillRow(target: Target, row: number, { data, columns }: Matrix, from: number): void {
  target.data ??= new Float32Array(target.part.rows * columns);
  if (target.data.length !== target.part.rows * columns) return; // of different width: stays missing
  target.data.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  target.missing--;
}
