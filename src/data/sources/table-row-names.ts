import { escapeText } from "./member-name.ts";

/** Number of digits of a row's number, so that text and numbers have the same order. */
const ROW_DIGITS = 8;

/**
 * Returns the names of a table's rows: the values of its column of paths if each row has one and all differ, else the
 * row's number followed by that value. A path that is absolute or leads up comes from the machine on which the table
 * was made; only its last part is used.
 *
 * @param paths  null where a row has none
 */
export function rowNames(paths: readonly (string | null)[]): string[] {
  const names = paths.map((path) => (path === null ? "" : plainPath(path)));
  if (!names.includes("") && new Set(names).size === names.length) return names;
  return names.map((name, row) => {
    const number = String(row).padStart(ROW_DIGITS, "0");
    return name === "" ? number : `${number}/${name}`;
  });
}

function plainPath(path: string): string {
  const parts = path.replaceAll("\0", "").split(/[/\\]/);
  const isBelow =
    !/^(?:[/\\]|[A-Za-z]:)/.test(path) && !parts.some((part) => part === ".." || part === "." || part === "");
  const name = isBelow ? path.replaceAll("\0", "") : (parts.at(-1) ?? "");
  return name === "." || name === ".." ? "" : escapeText(name);
}
