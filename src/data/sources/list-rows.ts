import { InputError } from "../../foundation/errors.ts";
import { checkHeader, parseCells } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import { chooseListColumns, TableFault, type TableField } from "./table-columns.ts";

/** Whether a file may be a list, by its name. */
export function isListName(name: string): boolean {
  return /\.(?:csv|tsv|jsonl|ndjson|txt)$/i.test(name);
}

/** A row of a list of image files. */
export interface ListRow {
  /** as written in the list */
  readonly path: string;
  /** a number, -1 where the row states that it has none; or text */
  readonly label: number | string;
  /** for a numeric label: text stored with it that may identify the class too */
  readonly labelText?: string | undefined;
  /** of the file's content, in lower case; null where the list has none */
  readonly sha256: string | null;
}

/** Cells by column. */
type Cells = Readonly<Record<string, string | number | null>>;

const SPLIT_COLUMN = /^(?:split|subset|partition)$/i;
const HASH_COLUMN = /^sha-?256$/i;
const SHA256 = /^[0-9a-f]{64}$/;
const DIGITS = /^-?\d{1,15}$/;

/**
 * Reads a list of image files and their labels. It may be separated by commas, semicolons or tabs, or be JSON Lines,
 * with column names in a header; without a header it has two columns, one of which contains the images' names. It may
 * also be a text file with a path and a label on each line.
 *
 * @throws InputError naming file and row: a list without such columns, or an invalid row
 */
export async function readListRows(path: string): Promise<ListRow[]> {
  const text = await readText(path);
  try {
    const records = /\.(?:jsonl|ndjson)$/i.test(path) ? parseLines(text) : parseTable(text, path);
    if (records.length === 0) throw new TableFault("lists no images");
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
      throw new TableFault(`row ${at + 1}: expected an object such as {"path": …, "label": …}`);
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

/** Splits the lines of a list in Caffe's form: the label follows the last space, and a path may contain spaces. */
function splitWords(text: string): string[][] {
  const lines = text.split(/\r\n|\n/).filter((line) => line.trim() !== "");
  return lines.map((line, at) => {
    const [, path, label] = /^\s*(.*\S)\s+(\S+)\s*$/.exec(line) ?? [];
    if (path === undefined || label === undefined) throw new TableFault(`row ${at + 1}: expected a path and a label`);
    return [path, label];
  });
}

/** Names two columns without a header: the column of paths is the one whose cells are all named like images. */
function nameColumns(rows: readonly string[][], first: readonly string[]): string[] {
  const paths = first.map((_, c) => rows.every((cells) => IMAGE_NAME.test(cells[c] as string)));
  if (first.length === 2 && paths[0] !== paths[1]) return paths[0] ? ["path", "label"] : ["label", "path"];
  throw new TableFault(
    `the first line is not a header, and it is not clear which of ${first.length} columns are path and label; add the header "path,label"`,
  );
}

/**
 * Returns the fields of a list: a column of whole numbers is numeric, any other is text; in JSON Lines, columns are
 * those that each row has.
 */
function fieldsOf(records: readonly Cells[]): TableField[] {
  const names = Object.keys(records[0] ?? {}).filter((name) => records.every((cells) => Object.hasOwn(cells, name)));
  return names.map((name) => {
    const isNumber = records.every((cells) => cells[name] === null || DIGITS.test(String(cells[name])));
    return { name, kind: isNumber ? "number" : "text", fields: [] };
  });
}

/**
 * Checks for several splits, such as training and validation images in one list. @throws TableFault if there are
 * several
 */
function checkSplits(records: readonly Cells[], fields: readonly TableField[]): void {
  for (const { name } of fields.filter((field) => SPLIT_COLUMN.test(field.name))) {
    const [first, second] = new Set(records.map((cells) => cells[name]));
    if (second === undefined) continue;
    throw new TableFault(`its column ${name} contains ${first} and ${second}; keep the rows of the split to score`);
  }
}

function readPath(cell: string | number | null | undefined, at: number): string {
  if (typeof cell === "string" && cell !== "") return cell;
  throw new TableFault(`row ${at + 1}: has no path`);
}

/** Reads a label. In a column with text, all values are text: "7" may be a name there. */
function readLabel(cell: string | number | null | undefined, areNumbers: boolean): string | number {
  return areNumbers ? Number(cell ?? -1) : (cell ?? "");
}

function readHash(cell: string | number | null | undefined, at: number): string {
  const hash = String(cell).toLowerCase();
  if (SHA256.test(hash)) return hash;
  throw new TableFault(`row ${at + 1}: expected a SHA-256 in hexadecimal digits, got "${hash.slice(0, 80)}"`);
}
