import { type ColumnOf, groupsOfRows, parseMetadata } from "../../analysis/robustness/metadata.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";

/** Reads the groups of `--group-by`: a column of the metadata, or without metadata the accuracies' column `group`. */
export async function readGroups(
  rows: readonly AccuracyRow[],
  metadata: string | undefined,
  groupBy: string,
): Promise<ColumnOf> {
  if (metadata === undefined && groupBy === "group") return groupsOfRows(rows);
  return readColumn(metadata, groupBy, "--group-by");
}

/** Reads a column of the metadata. @throws InputError without metadata, naming the option that needs them */
export async function readColumn(metadata: string | undefined, column: string, option: string): Promise<ColumnOf> {
  const path = needMetadata(metadata, `${option} ${column}`);
  return parseMetadata(await readText(path), path, column);
}

/** @throws InputError if no metadata are given */
export function needMetadata(metadata: string | undefined, option: string): string {
  if (metadata !== undefined) return metadata;
  throw new InputError(`${option}: specify the CSV file that contains this column with --metadata`);
}
