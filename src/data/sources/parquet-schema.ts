import type { SchemaElement } from "hyparquet";
import { TableFault } from "./table-columns.ts";

/** A column with values. */
export interface Leaf {
  /** position in a row group's list of columns */
  readonly column: number;
  /** its name, after the names of the structs that contain it */
  readonly path: readonly string[];
  /** physical type, by its name in Parquet: "INT64", "BYTE_ARRAY" */
  readonly type: string;
  /** kind of its values; null for kinds that are not used: decimals, dates, JSON, floating point */
  readonly kind: "bytes" | "text" | "number" | null;
  /** of whole numbers: bits of the type that the schema declares, 8 to 64 */
  readonly bits: number;
  readonly isUnsigned: boolean;
  /** definition level of a value that is not null: the number of fields on its path that may be null */
  readonly maxDefinition: number;
  /** whether a row may have several values */
  readonly isRepeated: boolean;
}

/** Maximum nesting of structs; Parquet has no limit. */
const DEPTH = 32;

/**
 * Lists the columns with values, in the order of the file.
 *
 * @param schema  its elements, depth first, as in the footer
 * @throws TableFault where they do not form a tree
 */
export function readLeaves(schema: readonly SchemaElement[]): Leaf[] {
  const leaves: Leaf[] = [];
  let next = 1;
  const visit = (parent: SchemaElement, path: readonly string[], definition: number, repeated: boolean): void => {
    if (path.length > DEPTH) throw new TableFault(`columns nested more than ${DEPTH} deep`);
    for (let i = 0; i < (parent.num_children ?? 0); i++) {
      const element = schema[next++];
      if (element === undefined) throw new TableFault("damaged: its schema ends early");
      const elementPath = [...path, String(element.name)];
      const level = definition + (element.repetition_type === "REQUIRED" ? 0 : 1);
      const isRepeated = repeated || element.repetition_type === "REPEATED";
      if ((element.num_children ?? 0) > 0) visit(element, elementPath, level, isRepeated);
      else if (element.type !== undefined) leaves.push(leafOf(element, leaves.length, elementPath, level, isRepeated));
      else if (element.num_children === undefined)
        throw new TableFault(`damaged: ${elementPath.join(".")} has no type`);
    }
  };
  const root = schema[0];
  if (root === undefined) throw new TableFault("damaged: it has no schema");
  visit(root, [], 0, false);
  if (next !== schema.length) throw new TableFault("damaged: its schema continues after its end");
  return leaves;
}

function leafOf(
  element: SchemaElement,
  column: number,
  path: readonly string[],
  maxDefinition: number,
  isRepeated: boolean,
): Leaf {
  return {
    column,
    path,
    type: String(element.type),
    kind: kindOf(element),
    ...integerType(element),
    maxDefinition,
    isRepeated,
  };
}

function integerType({ type, converted_type: converted, logical_type: logical }: SchemaElement) {
  if (logical?.type === "INTEGER") return { bits: Number(logical.bitWidth), isUnsigned: !logical.isSigned };
  const [, unsigned, bits] = /^(U?)INT_(\d+)$/.exec(converted ?? "") ?? [];
  return { bits: bits === undefined ? (type === "INT64" ? 64 : 32) : Number(bits), isUnsigned: unsigned === "U" };
}

function kindOf({ type, converted_type: converted, logical_type: logical }: SchemaElement): Leaf["kind"] {
  const isBare = converted === undefined && logical === undefined;
  if (type === "BYTE_ARRAY") {
    if (isBare) return "bytes";
    const isText =
      converted === "UTF8" || converted === "ENUM" || logical?.type === "STRING" || logical?.type === "ENUM";
    return isText ? "text" : null;
  }
  if (type !== "INT32" && type !== "INT64") return null;
  if (logical?.type === "INTEGER") return [8, 16, 32, 64].includes(logical.bitWidth) ? "number" : null;
  return isBare || /^U?INT_/.test(converted ?? "") ? "number" : null;
}
