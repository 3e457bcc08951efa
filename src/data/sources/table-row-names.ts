import { escapeText } from "./member-name.ts";

/** Digits of a row's number, so that text and numbers have one order. */
const ROW_DIGITS = 8;

/**
 * Names of a table's rows: what its column of paths says where that is there for each row and no two are one, else the row's
 * number and behind it what the column says. A path that is absolute or leads up is that of the machine on which the table
 * was made: its last part is taken.
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
