import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";

/** The values of checkpoints in one column, such as the group or model of each. */
export type ColumnOf = ReadonlyMap<string, string>;

/**
 * Parses one column of a metadata CSV with one row per checkpoint, named in `checkpoint` or `model`.
 *
 * @param where file name, for messages
 * @returns checkpoint → value, without checkpoints that have an empty cell
 * @throws InputError if a column is missing, or two rows of a checkpoint disagree
 */
export function parseMetadata(text: string, where: string, column: string): Map<string, string> {
  const records = parseCsv(text, where, [column]);
  const name = checkpointColumn(records, where);
  const values = new Map<string, string>();
  records.forEach((record, i) => {
    const checkpoint = fromSpreadsheetText(record[name] as string);
    const value = fromSpreadsheetText(record[column] as string);
    if (checkpoint === "")
      throw new InputError(`${where}: row ${i + 1}: expected a name in ${name}, found an empty cell`);
    const old = values.get(checkpoint);
    if (old !== undefined && old !== value) {
      throw new InputError(
        `${where}: row ${i + 1}: ${checkpoint} has ${column} "${value}", but "${old}" in another row`,
      );
    }
    if (value !== "") values.set(checkpoint, value);
  });
  return values;
}

/** Finds the column that names the checkpoints. @throws InputError if there is none */
export function checkpointColumn(records: readonly Readonly<Record<string, string>>[], where: string): string {
  const name = ["checkpoint", "model"].find((column) => column in (records[0] as object));
  if (name === undefined) throw new InputError(`${where}: expected a column checkpoint (or model), found none`);
  return name;
}

/**
 * Reads the groups from the `group` column of accuracies. @throws InputError if a checkpoint is in two groups, or no
 * checkpoint has a group
 */
export function groupsOfRows(rows: readonly AccuracyRow[]): Map<string, string> {
  const groups = new Map<string, string>();
  for (const { checkpoint, group, where } of rows) {
    if (group === "") continue;
    const old = groups.get(checkpoint);
    if (old !== undefined && old !== group) {
      throw new InputError(`${where}: ${checkpoint} is in group "${group}", but "${old}" in another row`);
    }
    groups.set(checkpoint, group);
  }
  if (groups.size === 0) {
    throw new InputError("--group-by group: the accuracies have no column group; give a CSV file with --metadata");
  }
  return groups;
}
