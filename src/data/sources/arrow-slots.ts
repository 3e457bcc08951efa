import type { ArrowField, ArrowSchema, ArrowType } from "./arrow-metadata.ts";
import { TableFault, type TableField } from "./table-columns.ts";

/** Where a batch lists what belongs to a field: positions in its nodes and buffers. */
export interface ArrowSlot {
  readonly field: ArrowField;
  readonly node: number;
  /** of its first buffer, the one of which values are null where it has any */
  readonly buffer: number;
  /** the structs that it is in */
  readonly parents: readonly ArrowSlot[];
}

/** Buffers of a type, beside those of its children. */
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

/** The slots of a schema's fields by their path, "." between the names of structs' fields. Nodes and buffers are listed depth first. */
export function arrowSlots({ fields }: ArrowSchema): ReadonlyMap<string, ArrowSlot> {
  const slots = new Map<string, ArrowSlot>();
  let node = 0;
  let buffer = 0;
  const visit = (field: ArrowField, path: string, parents: readonly ArrowSlot[]): void => {
    const slot = { field, node: node++, buffer, parents };
    if (slots.has(path)) throw new TableFault(`has two columns called ${path}`);
    slots.set(path, slot);
    const buffers = field.dictionary === null ? BUFFERS[field.type.name] : 2;
    if (buffers === undefined) {
      throw new TableFault(`has the column ${path} of the type ${field.type.name}, which is not read; leave it out`);
    }
    buffer += buffers;
    if (field.dictionary !== null) return;
    for (const [i, child] of field.children.entries()) {
      // what is in lists is found by no path
      const inside = field.type.name === "Struct" ? `${path}.${child.name}` : `${path}[${i}]`;
      visit(child, inside, [...parents, slot]);
    }
  };
  for (const field of fields) visit(field, field.name, []);
  return slots;
}

/** A field as tables of every format have them. */
export function tableField({ name, type, dictionary, children }: ArrowField): TableField {
  const kind = kindOf(type);
  // bytes by index in a dictionary are not where they could be read in place
  if (kind === "bytes" && dictionary !== null) return { name, kind: "unused", fields: [] };
  return { name, kind, fields: kind === "struct" ? children.map(tableField) : [] };
}

function kindOf({ name }: ArrowType): TableField["kind"] {
  if (name === "Binary" || name === "LargeBinary") return "bytes";
  if (name === "Utf8" || name === "LargeUtf8") return "text";
  if (name === "Int") return "number";
  return name === "Struct" ? "struct" : "unused";
}
