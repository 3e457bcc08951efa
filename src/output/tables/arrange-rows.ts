import { contextOf, type Focus } from "../../analysis/robustness/focus.ts";
import { InputError } from "../../foundation/errors.ts";
import { compareTexts } from "../../foundation/evaluation-key.ts";
import type { ResultsCell, ResultsRow, ResultsTable } from "./results-table.ts";

/** Rows under a common heading. */
export interface RowGroup {
  /** null if the table is not grouped */
  readonly title: string | null;
  /** indices of the table's rows */
  readonly rows: readonly number[];
}

/** Returns a column of the metadata, checkpoint → value; undefined if there is no such column. */
export type MetadataColumn = (name: string) => ReadonlyMap<string, string> | undefined;

/** Headings over the rows in focus and over the other rows. */
export const IN_FOCUS = "in focus";
export const OTHERS = "others";

/** Prefix of a column's name for its distances from the line; alone, the distances of the average. */
const DISTANCE = "rho";

/**
 * Sorts the rows: ascending by checkpoint name or by a column of the metadata (numbers as numbers), descending by
 * accuracy or distance from the line. Rows that cannot be ranked (doubtful rows, extrapolated distances) come below the
 * others, and rows without a figure come last.
 *
 * @param by `checkpoint`, a column's title or benchmark (`IN-A`, `imagenet-a`, `average`), `rho` or `rho:` and a
 *   column, or a column of the metadata; undefined: the order of the inputs
 * @returns indices of the table's rows
 * @throws InputError that lists the known columns
 */
export function sortRows(table: ResultsTable, by: string | undefined, metadata: MetadataColumn): number[] {
  const indices = table.rows.map((_, i) => i);
  if (by === undefined) return indices;
  const row = (i: number) => table.rows[i] as ResultsRow;
  if (by === "checkpoint") {
    return indices.sort((a, b) => compareNatural(row(a).checkpoint, row(b).checkpoint) || a - b);
  }
  const distanceOf = by === DISTANCE ? "average" : by.startsWith(`${DISTANCE}:`) ? by.slice(DISTANCE.length + 1) : null;
  const column = findColumn(table, distanceOf ?? by);
  if (column !== -1) {
    const height = heights(table, column, distanceOf !== null);
    return indices.sort((a, b) => (height[b] as number) - (height[a] as number) || a - b);
  }
  const values = distanceOf === null ? metadata(by) : undefined;
  if (values === undefined) {
    const columns = table.columns.map(({ title }) => title).join(", ");
    throw new InputError(
      `--sort ${by}: no such column; known: checkpoint, ${columns}, rho (of the average) or rho:COLUMN, and the columns of --metadata`,
    );
  }
  checkValues(table, values, `--sort ${by}`);
  const value = (i: number) => values.get(row(i).checkpoint) ?? "";
  return indices.sort(
    (a, b) => Number(value(a) === "") - Number(value(b) === "") || compareNatural(value(a), value(b)) || a - b,
  );
}

/** Returns the values that rows are sorted by, the highest first. */
function heights(table: ResultsTable, column: number, isDistance: boolean): number[] {
  return table.rows.map(({ cells, doubt }) => {
    const cell = (cells[column] ?? null) as ResultsCell | null;
    const value = isDistance ? cell?.robustness?.effectiveRobustness : cell?.accuracy;
    if (value === undefined) return -10;
    if (doubt !== undefined) return value - 6;
    return isDistance && cell?.robustness?.extrapolated ? value - 3 : value; // both are in [-1, 1]
  });
}

/** Finds the index of a column by its title, in any case, or its benchmark; −1 if there is none. */
function findColumn({ columns }: ResultsTable, name: string): number {
  const wanted = name.toLowerCase();
  const byTitle = columns.findIndex(({ title }) => title.toLowerCase() === wanted);
  if (byTitle !== -1) return byTitle;
  return columns.findIndex(({ kind, benchmark, protocol }) =>
    kind === "control" || kind === "other-protocol"
      ? [`${benchmark}@${protocol}`, `${benchmark}/${protocol}`].includes(wanted)
      : benchmark === wanted,
  );
}

/**
 * Divides sorted rows into groups, ordered by their first rows.
 *
 * @param groupOf checkpoint → group; checkpoints without one come last, under `no <name>`
 * @throws InputError if no row has a group
 */
export function groupRows(
  table: ResultsTable,
  order: readonly number[],
  by: { readonly name: string; readonly groupOf: ReadonlyMap<string, string> } | null,
): RowGroup[] {
  if (by === null) return [{ title: null, rows: order }];
  checkValues(table, by.groupOf, `--group-by ${by.name}`);
  const groups = new Map<string, number[]>();
  const without: number[] = [];
  for (const i of order) {
    const group = by.groupOf.get((table.rows[i] as ResultsRow).checkpoint);
    if (group === undefined || group === "") without.push(i);
    else groups.set(group, [...(groups.get(group) ?? []), i]);
  }
  const titled = [...groups].map(([title, rows]): RowGroup => ({ title: `${by.name}: ${title}`, rows }));
  return without.length === 0 ? titled : [...titled, { title: `no ${by.name}`, rows: without }];
}

/** Puts rows in focus under a heading, then the others; without headings unless both exist. */
export function focusRows(table: ResultsTable, order: readonly number[], focus: Focus): RowGroup[] {
  const isContext = contextOf(focus);
  const isBeside = (i: number) => isContext((table.rows[i] as ResultsRow).checkpoint);
  const [subject, context] = [order.filter((i) => !isBeside(i)), order.filter(isBeside)];
  if (subject.length === 0 || context.length === 0) return [{ title: null, rows: order }];
  return [
    { title: IN_FOCUS, rows: subject },
    { title: OTHERS, rows: context },
  ];
}

/** @throws InputError if the metadata are of other checkpoints, or the column is empty */
function checkValues({ rows }: ResultsTable, values: ReadonlyMap<string, string>, option: string): void {
  const names = rows.map(({ checkpoint }) => checkpoint);
  if (names.length === 0 || names.some((name) => (values.get(name) ?? "") !== "")) return;
  throw new InputError(`${option}: no checkpoint of the table has a value in that column; the first is ${names[0]}`);
}

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Compares numbers by value, and texts by code units with embedded numbers by value; numbers come before texts. */
function compareNatural(a: string, b: string): number {
  const [isA, isB] = [NUMBER.test(a), NUMBER.test(b)];
  if (isA && isB) return Number(a) - Number(b);
  if (isA !== isB) return isA ? -1 : 1;
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [leftPart, rightPart] = [left[i] as string, right[i] as string];
    const order =
      /^\d/.test(leftPart) && /^\d/.test(rightPart)
        ? Number(leftPart) - Number(rightPart)
        : compareTexts(leftPart, rightPart);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareTexts(a, b);
}

function parts(text: string): string[] {
  return text.match(/\d{1,15}|\D+/g) ?? [];
}
