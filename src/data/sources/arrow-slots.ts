import type { ArrowField, ArrowSchema, ArrowType } from "./arrow-metadata.ts";
import { TableFault, type TableField } from "./table-columns.ts";

/** The positions of a field's nodes and buffers in a batch. */
export interface ArrowSlot {
  readonly field: ArrowField;
  readonly node: number;
  /** position of its first buffer, which marks null values */
  readonly buffer: number;
  /** the structs that contain it */
  readonly parents: readonly ArrowSlot[];
}

/** Number of buffers of a type, without those of its children. */
const BUFFERS: Readonly<Record<string, number>> = {
  Null: 0,
  Int: 2,
  FloatingPoint: 2,
  Binary: 3,
  Utf8: 3,
  Bool: 2,
  Decimal: 2,
  Date: 2,
  Time: 2,
  Timestamp: 2,
  Interval: 2,
  List: 2,
  Struct: 1,
  FixedSizeBinary: 2,
  FixedSizeList: 1,
  Map: 2,
  Duration: 2,
  LargeBinary: 3,
  LargeUtf8: 3,
  LargeList: 2,
  RunEndEncoded: 0,
  ListView: 3,
  LargeListView: 3,
};

/**
 * Maps the fields of a schema to their slots, by their paths with "." between names. Nodes and buffers are listed depth
 * first.
 */
export function arrowSlots({ fields }: ArrowSchema): ReadonlyMap<string, ArrowSlot> {
  const slots = new Map<string, ArrowSlot>();
  let node = 0;
  let buffer = 0;
  const visit = (field: ArrowField, path: string, parents: readonly ArrowSlot[]): void => {
    const slot = { field, node: node++, buffer, parents };
    if (slots.has(path)) throw new TableFault(`has two columns named ${path}`);
    slots.set(path, slot);
    const buffers = field.dictionary === null ? BUFFERS[field.type.name] : 2;
    if (buffers === undefined) {
      throw new TableFault(`has the column ${path} of the type ${field.type.name}, which is not supported; remove it`);
    }
    buffer += buffers;
    if (field.dictionary !== null) return;
    for (const [i, child] of field.children.entries()) {
      // fields inside lists are not addressed by a path
      const inside = field.type.name === "Struct" ? `${path}.${child.name}` : `${path}[${i}]`;
      visit(child, inside, [...parents, slot]);
    }
  };
  for (const field of fields) visit(field, field.name, []);
  return slots;
}

/** Returns a field in the form that all table formats share. */
export function tableField({ name, type, dictionary, children }: ArrowField): TableField {
  const kind = kindOf(type);
  // bytes that a dictionary index refers to are not at positions where they could be read in place
  if (kind === "bytes" && dictionary !== null) return { name, kind: "unused", fields: [] };
  return { name, kind, fields: kind === "struct" ? children.map(tableField) : [] };
}

function kindOf({ name }: ArrowType): TableField["kind"] {
  if (name === "Binary" || name === "LargeBinary") return "bytes";
  if (name === "Utf8" || name === "LargeUtf8") return "text";
  if (name === "Int") return "number";
  return name === "Struct" ? "struct" : "unused";
}
