/** How a table is sorted. */
export interface Order {
  /** id of the column; "" for the given order of rows */
  readonly column: string;
  readonly descending: boolean;
}

/**
 * Parses the order of a table in an address.
 *
 * @param sort `table:column:down` for each sorted table, comma-separated, ids encoded as in an address
 * @returns undefined if there is none
 */
export function parseOrder(sort: string, table: string): Order | undefined {
  for (const part of sort.split(",")) {
    const [id, column, direction] = part.split(":");
    if (id !== encodeURIComponent(table) || column === undefined) continue;
    return { column: decoded(column), descending: direction === "down" };
  }
  return undefined;
}

/** Replaces the order of a table; other tables keep theirs. */
export function formatOrder(sort: string, table: string, { column, descending }: Order): string {
  const id = encodeURIComponent(table);
  const otherTables = sort.split(",").filter((part) => part !== "" && part.split(":", 1)[0] !== id);
  return [...otherTables, `${id}:${encodeURIComponent(column)}:${descending ? "down" : "up"}`].join(",");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // a malformed address
  }
}
