import { InputError } from "../../foundation/errors.ts";
import { checkHeader, parseCells } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import { chooseListColumns, TableFault, type TableField } from "./table-columns.ts";

/** Whether a file may be a list, by its name. */
export function isListName(name: string): boolean {
  return /\.(?:csv|tsv|jsonl|ndjson|txt)$/i.test(name);
}

/** A row of a list of images' files. */
export interface ListRow {
  /** as it is written there */
  readonly path: string;
  /** a number, -1 where the row says that it has none; or text */
  readonly label: number | string;
  /** of a label that is a number: text beside it that may say the class too */
  readonly labelText?: string | undefined;
  /** lower case, of the file's content; null where the list has none */
  readonly sha256: string | null;
}

/** Cells by column. */
type Cells = Readonly<Record<string, string | number | null>>;

const SPLIT_COLUMN = /^(?:split|subset|partition)$/i;
const HASH_COLUMN = /^sha-?256$/i;
const SHA256 = /^[0-9a-f]{64}$/;
const DIGITS = /^-?\d{1,15}$/;

/**
 * Reads a list of images' files and their labels: comma-separated (or by semicolons), tab-separated or JSON Lines, with the
 * columns' names in a header; without a header two columns, of which one has the images' names; or a text file with path and
 * label in a line.
 *
 * @throws InputError naming file and row: a list without such columns, a row that is none
 */
export async function readListRows(path: string): Promise<ListRow[]> {
  const text = await readText(path);
  try {
    const records = /\.(?:jsonl|ndjson)$/i.test(path) ? parseLines(text) : parseTable(text, path);
    if (records.length === 0) throw new TableFault("lists no image");
    const fields = fieldsOf(records);
    checkSplits(records, fields);
    const { path: pathColumn, label: labelColumn, labelText } = chooseListColumns(fields);
    const areNumbers = fields.find(({ name }) => name === labelColumn)?.kind === "number";
    const hashColumn = fields.find(({ name }) => HASH_COLUMN.test(name))?.name;
    return records.map((cells, at) => ({
      path: readPath(cells[pathColumn], at),
      label: readLabel(cells[labelColumn], areNumbers),
      labelText: labelText === null ? undefined : String(cells[labelText] ?? ""),
      sha256: hashColumn === undefined ? null : readHash(cells[hashColumn], at),
    }));
  } catch (cause) {
    throw cause instanceof TableFault ? new InputError(`${path}: ${cause.message}`, { cause }) : cause;
  }
}

function parseLines(text: string): Cells[] {
  const lines = text.split(/\r\n|\n/).filter((line) => line.trim() !== "");
  return lines.map((line, at) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new TableFault(`row ${at + 1}: not JSON`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TableFault(`row ${at + 1}: expected an object, as {"path": …, "label": …}`);
    }
    const cells = Object.entries(value).filter(
      ([, cell]) => ["string", "number"].includes(typeof cell) || cell === null,
    );
    return Object.fromEntries(cells) as Cells;
  });
}

function parseTable(text: string, path: string): Cells[] {
  const rows = /\.txt$/i.test(path) ? splitWords(text) : parseCells(text, path, delimiterOf(text, path));
  const [first] = rows;
  if (first === undefined) return [];
  const hasHeader = !first.some((cell) => IMAGE_NAME.test(cell));
  const header = hasHeader ? checkHeader(first, path) : nameColumns(rows, first);
  const records = hasHeader ? rows.slice(1) : rows;
  return records.map((cells) => Object.fromEntries(header.map((name, c) => [name, cells[c] as string])));
}

function delimiterOf(text: string, path: string): string {
  if (/\.tsv$/i.test(path)) return "\t";
  const [line = ""] = text.split("\n", 1);
  return [",", ";", "\t"].find((delimiter) => line.includes(delimiter)) ?? ",";
}

/** The lines of a list as Caffe has it: the label is behind the last space, a path may have spaces. */
function splitWords(text: string): string[][] {
  const lines = text.split(/\r\n|\n/).filter((line) => line.trim() !== "");
  return lines.map((line, at) => {
    const [, path, label] = /^\s*(.*\S)\s+(\S+)\s*$/.exec(line) ?? [];
    if (path === undefined || label === undefined) throw new TableFault(`row ${at + 1}: expected a path and a label`);
    return [path, label];
  });
}

/** Names of two columns without a header: the path's is the one whose cells are all called as images. */
function nameColumns(rows: readonly string[][], first: readonly string[]): string[] {
  const paths = first.map((_, c) => rows.every((cells) => IMAGE_NAME.test(cells[c] as string)));
  if (first.length === 2 && paths[0] !== paths[1]) return paths[0] ? ["path", "label"] : ["label", "path"];
  throw new TableFault(
    `the first line is no header, and of ${first.length} columns it is not clear which are path and label; write "path,label" above them`,
  );
}

/** A column of whole numbers is one of numbers, any other of text; of JSON Lines, those that each row has. */
function fieldsOf(records: readonly Cells[]): TableField[] {
  const names = Object.keys(records[0] ?? {}).filter((name) => records.every((cells) => Object.hasOwn(cells, name)));
  return names.map((name) => {
    const isNumber = records.every((cells) => cells[name] === null || DIGITS.test(String(cells[name])));
    return { name, kind: isNumber ? "number" : "text", fields: [] };
  });
}

/** @throws TableFault for a list of several splits, as of training and validation images */
function checkSplits(records: readonly Cells[], fields: readonly TableField[]): void {
  for (const { name } of fields.filter((field) => SPLIT_COLUMN.test(field.name))) {
    const [first, second] = new Set(records.map((cells) => cells[name]));
    if (second === undefined) continue;
    throw new TableFault(`its column ${name} says ${first} and ${second}; keep the rows of the split to be scored`);
  }
}

function readPath(cell: string | number | null | undefined, at: number): string {
  if (typeof cell === "string" && cell !== "") return cell;
  throw new TableFault(`row ${at + 1}: has no path`);
}

/** A column that has text too is text in all rows: "7" may be a name there. */
function readLabel(cell: string | number | null | undefined, areNumbers: boolean): string | number {
  return areNumbers ? Number(cell ?? -1) : (cell ?? "");
}

function readHash(cell: string | number | null | undefined, at: number): string {
  const hash = String(cell).toLowerCase();
  if (SHA256.test(hash)) return hash;
  throw new TableFault(`row ${at + 1}: expected a SHA-256 in hexadecimal digits, got "${hash.slice(0, 80)}"`);
}
