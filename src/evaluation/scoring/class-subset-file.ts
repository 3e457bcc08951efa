import { InputError } from "../../foundation/errors.ts";
import { fileId } from "../../foundation/files/named-data.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { looksLikeLiteral, mapOf, parseLiteral, textsOf } from "../../foundation/files/parse-literal.ts";
import { readText } from "../../foundation/files/read-text.ts";

/** A user's list of classes: a subset of a benchmark's. */
export interface ClassSubsetFile {
  /** the file's name without extension */
  readonly id: string;
  readonly path: string;
  /** kind of the entries as stated by the file: a column such as `wnid` or `index`, or `name`; null if not stated */
  readonly column: string | null;
  /** distinct entries, at least two */
  readonly entries: readonly ListedClass[];
}

export interface ListedClass {
  readonly text: string;
  /** location in the file, for messages: "line 3" */
  readonly place: string;
  /** name after its WordNet id; null if none */
  readonly name: string | null;
}

/** Possible headers of a one-column list; other first lines are entries. */
const HEADER = /^(?:wnid|index|name|folder|label|class_index|imagenet_index|label_id)$/i;
const WNID_LINE = /^(n\d{8})[\s,;:]+(\S.*)$/;
/** Columns of a CSV file that identify the class of a row, most reliable first. */
const COLUMNS = ["wnid", "folder", "name", "index"];
const WNID = /^n\d{8}$/;

/**
 * Reads a list of classes: one per line, optionally below a header (`wnid`, `index`, `name`), and optionally with the
 * name after a WordNet id; a CSV file with such a column; or a list in JSON or Python, or a dictionary whose keys are
 * WordNet ids. Empty lines and lines that begin with "# " are skipped.
 *
 * @throws InputError for another form, an entry that appears twice, or fewer than two
 */
export async function readClassSubset(path: string): Promise<ClassSubsetFile> {
  const text = await readText(path);
  const parsed = path.endsWith(".csv")
    ? fromCsv(text, path)
    : path.endsWith(".json") || path.endsWith(".py") || looksLikeLiteral(text)
      ? { column: null, entries: fromLiteral(text, path) }
      : fromLines(text);
  const seen = new Map<string, string>();
  for (const { text: entry, place } of parsed.entries) {
    const before = seen.get(entry);
    if (before !== undefined) throw new InputError(`${path}: ${entry} appears twice, at ${before} and ${place}`);
    seen.set(entry, place);
  }
  if (parsed.entries.length < 2) {
    throw new InputError(`${path}: expected at least two classes, one per line, found ${parsed.entries.length}`);
  }
  return { id: fileId(path, "list of classes"), path, ...parsed };
}

type ParsedSubset = Pick<ClassSubsetFile, "column" | "entries">;

function fromLines(text: string): ParsedSubset {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, at) => ({ text: line.trim(), place: `line ${at + 1}` }))
    .filter((line) => line.text !== "" && !/^#(?:\s|$)/.test(line.text));
  const header = HEADER.exec(lines[0]?.text ?? "")?.[0].toLowerCase() ?? null;
  const entries = (header === null ? lines : lines.slice(1)).map(({ text: entry, place }): ListedClass => {
    const [, wnid, name] = WNID_LINE.exec(entry) ?? [];
    return wnid === undefined ? { text: entry, place, name: null } : { text: wnid, place, name: name as string };
  });
  return { column: header, entries };
}

function fromCsv(text: string, path: string): ParsedSubset {
  const rows = parseCsv(text, path, []);
  const columns = Object.keys(rows[0] as Record<string, string>);
  const ofWnids = columns.find((column) => rows.every((row) => WNID.test(row[column] ?? "")));
  const found = ofWnids ?? COLUMNS.find((column) => columns.includes(column));
  // next to unknown columns, "index" is probably the row number
  if (found === undefined || (found === "index" && columns.length > 1)) {
    throw new InputError(
      `${path}: expected a column ${COLUMNS.join(" or ")}, or only index, found ${columns.join(", ")}; remove the others`,
    );
  }
  const column = ofWnids === undefined ? found : "wnid";
  const entries = rows.map((row, at) => {
    const name = column === "wnid" ? (row.name ?? null) : null;
    return { text: row[found] as string, place: `row ${at + 1}`, name };
  });
  const empty = entries.find((entry) => entry.text === "");
  if (empty !== undefined) throw new InputError(`${path}: ${empty.place}: ${column} is empty`);
  return { column, entries };
}

function fromLiteral(text: string, path: string): ListedClass[] {
  const value = parseLiteral(text, path, path.endsWith(".json") ? "json" : "python");
  const keys = [...(mapOf(value)?.keys() ?? [])];
  const isByWnid = keys.length > 0 && keys.every((key) => /^n\d{8}$/.test(key));
  const entries = textsOf(value) ?? (isByWnid ? keys : null);
  if (entries === null) {
    throw new InputError(`${path}: expected a list of classes as texts, or an object whose keys are WordNet ids`);
  }
  return entries.map((entry, at) => {
    const name = mapOf(value)?.get(entry);
    return { text: entry.trim(), place: `entry ${at + 1}`, name: typeof name === "string" ? name : null };
  });
}
