import type { ByteSource } from "./byte-source.ts";
import { type OpenFooter, readFooter } from "./parquet-footer.ts";
import type { Leaf } from "./parquet-schema.ts";
import { chooseColumns, type TableColumns, TableFault, type TableField } from "./table-columns.ts";

/** A Parquet file with known columns. */
export interface ParquetTable {
  readonly footer: OpenFooter;
  readonly columns: TableColumns;
  readonly image: Leaf;
  /** names of the images' files; null where there are none */
  readonly path: Leaf | null;
  readonly label: Leaf;
  /** text stored with numeric labels; null where there is none */
  readonly labelText: Leaf | null;
}

/** The key under which `datasets` describes its columns. */
const HUGGING_FACE = "huggingface";

/**
 * Reads what a file contains, from its footer only. @throws TableFault for a file without images, or where the columns
 * are ambiguous
 */
export async function openTable(file: ByteSource): Promise<ParquetTable> {
  const footer = await readFooter(file);
  const columns = chooseColumns(fieldsOf(footer.leaves, 0), footer.notes.get(HUGGING_FACE));
  const find = (path: readonly string[]): Leaf => {
    const found = footer.leaves.filter(
      (leaf) => leaf.path.length === path.length && path.every((name, i) => leaf.path[i] === name),
    );
    const [leaf] = found;
    if (leaf !== undefined && found.length === 1) return leaf;
    throw new TableFault(`damaged: ${found.length} columns are named ${path.join(".")}`);
  };
  return {
    footer,
    columns,
    image: find(columns.image),
    path: columns.path === null ? null : find(columns.path),
    label: find(columns.label),
    labelText: columns.labelText === undefined ? null : find(columns.labelText),
  };
}

/** Builds the tree of columns from those with values. */
function fieldsOf(leaves: readonly Leaf[], depth: number): TableField[] {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const name = leaf.path[depth] as string;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [leaf]);
    else group.push(leaf);
  }
  return [...groups].map(([name, group]) => {
    const [first] = group as [Leaf, ...Leaf[]];
    if (first.path.length > depth + 1) return { name, kind: "struct", fields: fieldsOf(group, depth + 1) };
    return { name, kind: first.isRepeated ? "unused" : (first.kind ?? "unused"), fields: [] };
  });
}
