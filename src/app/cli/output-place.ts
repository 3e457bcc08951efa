import { basename, dirname, extname, join } from "node:path";
import { readResults } from "../../evaluation/results/read-results.ts";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { isEmptyFolder } from "./describe-folder.ts";

/** Where a command writes. */
export interface OutputPlace {
  readonly folder: string;
  /** name of the one file that `--out` names; null: a folder, for all that the command makes */
  readonly file: string | null;
}

/**
 * Where a command writes: `--out`, a folder, or one file where the path has the output's ending; else the one results
 * folder that it was given.
 *
 * @param ending of the output: ".html"
 * @returns null where there is no `--out`, and the inputs are others: published rows, CSV files, several folders
 * @throws InputError if `--out` is a file with another ending
 */
export async function outputPlace(
  sources: readonly string[],
  out: string | undefined,
  ending: string,
): Promise<OutputPlace | null> {
  const [source] = sources;
  if (out === undefined) {
    return sources.length === 1 && (await isResultsFolder(source as string))
      ? { folder: source as string, file: null }
      : null;
  }
  const found = await statIfThere(out);
  if (found?.isDirectory()) return { folder: out, file: null };
  if (extname(out).toLowerCase() === ending) return { folder: dirname(out), file: basename(out) };
  if (found === null) return { folder: out, file: null };
  throw new InputError(`--out ${out}: there is a file of this name; name a folder, or a file that ends in ${ending}`);
}

/** Endings of files that commands write: none is that of a folder. */
const FILE_ENDINGS = [".csv", ".html", ".json", ".md", ".parquet", ".png", ".svg", ".tex", ".txt", ".zip"];

/**
 * Checks the `--out` of a command that makes many files.
 *
 * @param what the folder is of: "results"
 * @throws InputError if it is a file, or has the name of one
 */
export async function checkOutputFolder(out: string, what: string): Promise<void> {
  const found = await statIfThere(out);
  if (found?.isDirectory()) return;
  const ending = extname(out).toLowerCase();
  if (found === null && !FILE_ENDINGS.includes(ending)) return;
  const reason = found === null ? `a name that ends in ${ending} is a file's` : "there is a file of this name";
  throw new InputError(`--out ${out}: ${reason}; name a folder for the ${what}`);
}

/** Whether a path is a folder of results, or one that they will come to: nothing else is in it. */
async function isResultsFolder(path: string): Promise<boolean> {
  if ((await statIfThere(path))?.isDirectory() !== true) return false;
  const { results, problems } = await readResults(path);
  return results.length + problems.length > 0 || (await isEmptyFolder(path));
}

/** The place of an output as people name it. */
export function placeName({ folder, file }: OutputPlace): string {
  return file === null ? folder : join(folder, file);
}
