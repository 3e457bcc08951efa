import { baselineMetadata } from "../../analysis/robustness/read-baseline.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";

/** A CSV file with one row per checkpoint. */
export interface MetadataFile {
  readonly path: string;
  readonly text: string;
  /** columns other than the checkpoint's name */
  readonly columns: readonly string[];
}

/** Reads the metadata of a report: the user's file, then those of published baselines among the inputs. */
export async function readMetadataFiles(
  given: string | undefined,
  sources: readonly string[],
): Promise<MetadataFile[]> {
  const paths = given === undefined ? [] : [given];
  for (const source of sources) {
    const path = (await statIfThere(source)) === null ? await baselineMetadata(source) : null;
    if (path !== null && !paths.includes(path)) paths.push(path);
  }
  return await Promise.all(
    paths.map(async (path) => {
      const text = await readText(path);
      const columns = Object.keys(parseCsv(text, path, [])[0] ?? {});
      return { path, text, columns: columns.filter((column) => column !== "checkpoint" && column !== "model") };
    }),
  );
}

/** Returns the distinct columns of all files. */
export function columnsOf(files: readonly MetadataFile[]): string[] {
  return [...new Set(files.flatMap(({ columns }) => columns))];
}

/** Merges a column of several files: checkpoint → value. The first file that has a checkpoint determines its value. */
export function mergeColumn<Value>(
  files: readonly MetadataFile[],
  column: string,
  read: (file: MetadataFile) => ReadonlyMap<string, Value>,
): Map<string, Value> {
  const merged = new Map<string, Value>();
  for (const file of files.filter(({ columns }) => columns.includes(column))) {
    for (const [name, value] of read(file)) if (!merged.has(name)) merged.set(name, value);
  }
  return merged;
}
