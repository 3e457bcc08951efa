import { ByteWriter, parquetWrite } from "hyparquet-writer";

/** A column of a Parquet file, with values of one type; null is a missing value. */
export type ParquetColumn = { readonly name: string } & (
  | { readonly type: "text"; readonly values: readonly (string | null)[] }
  | { readonly type: "number"; readonly values: readonly (number | null)[] }
  | { readonly type: "count"; readonly values: readonly (number | null)[] }
  | { readonly type: "boolean"; readonly values: readonly (boolean | null)[] }
);

/**
 * Encodes a Parquet file: texts as UTF-8 strings, numbers as doubles, counts as 64-bit integers. The same columns give
 * the same bytes.
 *
 * @throws RangeError unless all columns have the same number of values
 */
export function formatParquet(columns: readonly ParquetColumn[]): Uint8Array {
  const lengths = new Set(columns.map(({ values }) => values.length));
  if (lengths.size > 1) throw new RangeError(`expected columns of equal length, got ${[...lengths].join(", ")}`);
  const writer = new ByteWriter();
  parquetWrite({ writer, columnData: columns.map(toSource), createdBy: "shiftline" });
  return new Uint8Array(writer.getBuffer());
}

function toSource(column: ParquetColumn) {
  const { name } = column;
  switch (column.type) {
    case "text":
      return { name, type: "STRING" as const, data: [...column.values] };
    case "number":
      return { name, type: "DOUBLE" as const, data: [...column.values] };
    case "boolean":
      return { name, type: "BOOLEAN" as const, data: [...column.values] };
    case "count":
      return {
        name,
        type: "INT64" as const,
        data: column.values.map((value) => (value === null ? null : BigInt(value))),
      };
  }
}
