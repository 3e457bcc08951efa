import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { count } from "../../../foundation/number-text.ts";

/** A column of a table: what stands in a cell, and what it is sorted by. */
export interface Column<Row> {
  readonly id: string;
  readonly title: ComponentChildren;
  /** what the title means, for who points at it */
  readonly hint?: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** undefined sorts last whichever way */
  readonly value: (row: Row) => string | number | undefined;
  /** rows of a higher tier stand below those of a lower whichever way the column is sorted; absent: all alike */
  readonly tier?: (row: Row) => number;
  readonly align?: "left" | "right";
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** column sorted by at first; the rows' own order where absent */
  readonly sortBy?: string;
  readonly descending?: boolean;
  /** rows shown before the reader asks for more */
  readonly first?: number;
}

const FIRST_ROWS = 25;

/** A table that sorts by any column. */
export function Table<Row>(props: TableProps<Row>): JSX.Element {
  const { caption, columns, rows, keyOf } = props;
  const [sort, setSort] = useState({ id: props.sortBy ?? "", descending: props.descending ?? false });
  const [isWhole, setWhole] = useState(false);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const shown = isWhole ? sorted : sorted.slice(0, props.first ?? FIRST_ROWS);
  const toggle = (column: Column<Row>) => {
    const numeric = typeof column.value(rows[0] as Row) === "number";
    setSort(sort.id === column.id ? { ...sort, descending: !sort.descending } : { id: column.id, descending: numeric });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled, by keyboard too
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                class={column.align}
                aria-sort={sort.id !== column.id ? "none" : sort.descending ? "descending" : "ascending"}
              >
                <button type="button" class="sort" title={column.hint} onClick={() => toggle(column)}>
                  {column.title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, c) =>
                c === 0 ? (
                  <th key={column.id} scope="row" class={column.align}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.id} class={column.align}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="quiet">Nothing to show.</p>}
      {sorted.length > shown.length && (
        <p>
          <button type="button" class="plain" onClick={() => setWhole(true)}>
            Show all {count(sorted.length)} rows
          </button>
        </p>
      )}
    </section>
  );
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { id, descending }: { readonly id: string; readonly descending: boolean },
): readonly Row[] {
  const column = columns.find((one) => one.id === id);
  if (column === undefined) return rows;
  const sign = descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: column.value(row), tier: column.tier?.(row) ?? 0 }));
  keyed.sort((a, b) => {
    if (a.tier !== b.tier) return a.tier - b.tier;
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined);
    }
    return sign * (a.value < b.value ? -1 : Number(a.value > b.value));
  });
  return keyed.map(({ row }) => row);
}
