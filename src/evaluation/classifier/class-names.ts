import { InputError } from "../../foundation/errors.ts";
import { findNamedFile, listNamedFiles, type NamedFile } from "../../foundation/files/named-data.ts";
import { parseCsv, parseWhole } from "../../foundation/files/parse-csv.ts";
import { parseOnce } from "../../foundation/files/parse-once.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { checkClassNames, doubtfulClassNames } from "./class-name-checks.ts";
import { LISTED_ENDINGS, type ListedNames, parseListedNames, type WantedNames } from "./class-name-forms.ts";

export interface ClassNameList {
  readonly id: string;
  readonly path: string;
  /** names in the order of the file's `index` column, or of the file */
  readonly names: readonly string[];
  /** "wnid" if sorted by WordNet id because the file has no other order */
  readonly order: ListedNames["order"];
  /** other columns of the file, in the same order: WordNet ids, folder names */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** SHA-256 of the names, joined by newlines */
  readonly sha256: string;
  /** warnings about names that may be unintended */
  readonly notes: readonly Note[];
}

const FOLDER = "prompts/class-names";
const ENDING = ".csv";

/**
 * Reads a class-name list: a shipped one by id, or a file: CSV with the columns `index` (0 to c−1, each once) and
 * `name`, and optional columns that identify the classes, such as `wnid`; or a form that {@link parseListedNames}
 * reads.
 *
 * @param idOrPath   "imagenet-openai", or the path of a .csv, .txt, .json or .py file
 * @param wanted  selects a data set in a file with several
 * @throws InputError for an unknown id, a missing column, a missing or duplicate index, a name that is empty or looks
 *   pasted from code, or a different list with the id of a shipped one
 */
export async function readClassNames(idOrPath: string, wanted?: WantedNames): Promise<ClassNameList> {
  const file = await findNamedFile(idOrPath, "class-name list", FOLDER, ENDING, LISTED_ENDINGS);
  const { changes, doubts = [], ...list } = await readFile(file, wanted);
  checkClassNames(list.names, file.path);
  await checkShippedId(file, list.sha256);
  const about = { classNames: file.id };
  const noted = changes.map((text) => makeNote(`${file.path}: ${text}`, about));
  const doubted = doubts.map((text) => makeWarning(`${file.path}: ${text}`, about));
  return { ...list, notes: [...noted, ...doubted, ...doubtfulClassNames(list.names, file.path, file.id)] };
}

type ReadNames = Omit<ClassNameList, "notes"> & Pick<ListedNames, "changes" | "doubts">;

async function readFile({ id, path }: NamedFile, wanted?: WantedNames): Promise<ReadNames> {
  const text = await readText(path);
  if (!LISTED_ENDINGS.some((ending) => path.endsWith(ending))) return { id, path, ...parseClassNames(text, path) };
  const { names, wnids, order, changes, doubts = [] } = parseListedNames(text, path, wanted);
  const columns = new Map(wnids === null ? [] : [["wnid", wnids]]);
  return { id, path, columns, order, changes, doubts, ...named(names) };
}

const parseClassNames = parseOnce((text, path): Omit<ReadNames, "id" | "path"> => {
  const rows = parseCsv(text, path, ["index", "name"]);
  const byIndex = new Array<Record<string, string>>(rows.length);
  for (const row of rows) {
    const index = parseWhole(row.index);
    if (index === null || index >= rows.length || byIndex[index] !== undefined) {
      throw new InputError(`${path}: expected each index from 0 to ${rows.length - 1} once, got "${row.index}"`);
    }
    if (row.name === undefined || row.name === "") throw new InputError(`${path}: index ${index} has no name`);
    byIndex[index] = row;
  }
  const keyColumns = Object.keys(rows[0] as Record<string, string>).filter(
    (name) => name !== "index" && name !== "name",
  );
  const columns = new Map(keyColumns.map((name) => [name, byIndex.map((row) => row[name] as string)]));
  return { columns, order: "index", changes: [], ...named(byIndex.map((row) => row.name as string)) };
});

/** Returns names and their hash. */
function named(names: readonly string[]): Pick<ClassNameList, "names" | "sha256"> {
  return { names, sha256: sha256(names.join("\n")) };
}

/** Returns the names of some rows of a list. @param rows ascending; null for all */
export function namesOfRows(
  { names }: Pick<ClassNameList, "names">,
  rows: readonly number[] | null,
): readonly string[] {
  return rows === null ? names : rows.map((row) => names[row] as string);
}

/** Reorders a list: row r becomes row `place[r]`. */
export function reorderClassNames(list: ClassNameList, place: readonly number[]): ClassNameList {
  const ordered = (values: readonly string[]) => {
    const result = new Array<string>(values.length);
    for (const [row, to] of place.entries()) result[to] = values[row] as string;
    return result;
  };
  const columns = new Map([...list.columns].map(([name, values]) => [name, ordered(values)]));
  return { ...list, columns, ...named(ordered(list.names)) };
}

/** Refuses a different list with the id of a shipped one, because results and baselines identify lists by id. */
async function checkShippedId(file: NamedFile, hash: string): Promise<void> {
  const shipped = (await listNamedFiles(FOLDER, ENDING)).find(({ id }) => id === file.id);
  if (shipped === undefined || shipped.path === file.path) return;
  if ((await readFile(shipped)).sha256 === hash) return;
  throw new InputError(
    `${file.path}: "${file.id}" is the id of a shipped class-name list with different content; rename the file`,
  );
}
