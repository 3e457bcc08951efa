import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { count } from "../../../foundation/number-text.ts";
import { isNarrow } from "./narrow.ts";
import { formatOrder, type Order, parseOrder } from "./table-order.ts";
import { useView } from "./view-context.ts";

/** A column of a table: the content of its cells, and the values it is sorted by. */
export interface Column<Row> {
  readonly id: string;
  readonly title: ComponentChildren;
  /** tooltip of the title */
  readonly hint?: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** undefined sorts last in both directions */
  readonly value: (row: Row) => string | number | undefined;
  /** rows of a higher tier come below rows of a lower tier in both directions; absent: no tiers */
  readonly tier?: (row: Row) => number;
  readonly align?: "left" | "right";
}

interface TableProps<Row> {
  /** identifies the table in the address */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** initial sort column; absent: the given order of rows */
  readonly sortBy?: string;
  readonly descending?: boolean;
  /** number of rows shown initially */
  readonly first?: number;
  /** checkpoint of a row: rows in focus and search results come first */
  readonly checkpointOf?: (row: Row) => string;
}

const FIRST_ROWS = 25;
/** The number on a phone, where rows are three times as high. */
const FIRST_ROWS_NARROW = 8;

/** A table that sorts by any column; the order is stored in the address. */
export function Table<Row>(props: TableProps<Row>): JSX.Element {
  const { id, caption, columns, rows, keyOf, checkpointOf } = props;
  const { view, change, pinned } = useView();
  const start: Order = { column: props.sortBy ?? "", descending: props.descending ?? false };
  const chosen = parseOrder(view.sort, id);
  const sort = chosen !== undefined && columns.some((column) => column.id === chosen.column) ? chosen : start;
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort.column, sort.descending]);
  const isPinned = (row: Row) => checkpointOf !== undefined && pinned.has(checkpointOf(row));
  const top = sorted.filter(isPinned);
  // If all are in focus, none is set apart
  const [above, rest] = top.length === sorted.length ? [[], sorted] : [top, sorted.filter((row) => !isPinned(row))];
  const whole = view.whole.split(",").filter(Boolean);
  const isWhole = whole.includes(id);
  const shown = isWhole ? rest : rest.slice(0, isNarrow() ? FIRST_ROWS_NARROW : (props.first ?? FIRST_ROWS));
  const toggle = (column: Column<Row>) => {
    const numeric = typeof column.value(rows[0] as Row) === "number";
    const next =
      sort.column === column.id
        ? { ...sort, descending: !sort.descending }
        : { column: column.id, descending: numeric };
    change({ sort: formatOrder(view.sort, id, next) });
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled, by keyboard too */}
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
                  aria-sort={sort.column !== column.id ? "none" : sort.descending ? "descending" : "ascending"}
                >
                  <button type="button" class="sort" title={column.hint} onClick={() => toggle(column)}>
                    {column.title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          {above.length > 0 && <Rows rows={above} columns={columns} keyOf={keyOf} kind="pinned" />}
          <Rows rows={shown} columns={columns} keyOf={keyOf} kind="" />
        </table>
      </section>
      {rows.length === 0 && <p class="quiet">Nothing to show.</p>}
      {rest.length > shown.length && (
        <p class="more">
          <button type="button" class="plain" onClick={() => change({ whole: [...whole, id].join(",") })}>
            Show all {count(sorted.length)} rows
          </button>{" "}
          <span class="quiet">
            {count(above.length + shown.length)} of {count(sorted.length)} are shown
          </span>
        </p>
      )}
    </>
  );
}

function Rows<Row>(props: {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly kind: string;
}): JSX.Element {
  return (
    <tbody class={props.kind}>
      {props.rows.map((row) => (
        <tr key={props.keyOf(row)}>
          {props.columns.map((column, c) =>
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
  );
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { column: id, descending }: Order,
): readonly Row[] {
  const column = columns.find((candidate) => candidate.id === id);
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
