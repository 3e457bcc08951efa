/** How a table is sorted. */
export interface Order {
  /** column's id; "" for the rows' own order */
  readonly column: string;
  readonly descending: boolean;
}

/**
 * The order that an address holds for a table.
 *
 * @param sort `table:column:down` for each table that the reader sorted, comma-separated, ids encoded as in an address
 * @returns undefined where it holds none
 */
export function parseOrder(sort: string, table: string): Order | undefined {
  for (const part of sort.split(",")) {
    const [id, column, direction] = part.split(":");
    if (id !== encodeURIComponent(table) || column === undefined) continue;
    return { column: decoded(column), descending: direction === "down" };
  }
  return undefined;
}

/** The same with another order for a table; the other tables' stay. */
export function formatOrder(sort: string, table: string, { column, descending }: Order): string {
  const id = encodeURIComponent(table);
  const otherTables = sort.split(",").filter((part) => part !== "" && part.split(":", 1)[0] !== id);
  return [...otherTables, `${id}:${encodeURIComponent(column)}:${descending ? "down" : "up"}`].join(",");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // an address that someone typed
  }
}
