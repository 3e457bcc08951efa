import { findNamedFile } from "../files/named-data.ts";
import { parseCsv } from "../files/parse-csv.ts";
import { readText } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";

export interface ClassNameList {
  readonly id: string;
  /** in the order of the file's `index` column */
  readonly names: readonly string[];
  /** WordNet ids in the same order; empty where the file has no `wnid` column */
  readonly wnids: readonly string[];
  /** SHA-256 of the names, joined by newlines */
  readonly sha256: string;
}

/**
 * Reads a class-name list: one that ships with the package, by id, or the user's own CSV file with the columns
 * `index` (0 to c−1, each once) and `name`, and `wnid` where the classes are WordNet's.
 *
 * @param typed  "imagenet-openai", or the path of a .csv file
 * @throws InputError for an unknown id, a missing column, an index that is absent or twice, or an empty name
 */
export async function readClassNames(typed: string): Promise<ClassNameList> {
  const file = await findNamedFile(typed, "class-name list", "prompts/class-names", ".csv");
  const rows = parseCsv(await readText(file.path), file.path, ["index", "name"]);
  const names = new Array<string>(rows.length);
  const wnids: string[] = [];
  for (const row of rows) {
    const index = Number(row.index);
    if (!Number.isInteger(index) || index < 0 || index >= rows.length || names[index] !== undefined) {
      throw new InputError(`${file.path}: expected each index from 0 to ${rows.length - 1} once, got "${row.index}"`);
    }
    if (row.name === undefined || row.name === "") throw new InputError(`${file.path}: index ${index} has no name`);
    names[index] = row.name;
    if (row.wnid !== undefined) wnids[index] = row.wnid;
  }
  return { id: file.id, names, wnids, sha256: sha256(names.join("\n")) };
}
