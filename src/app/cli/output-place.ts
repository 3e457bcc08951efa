import { basename, dirname, extname, join } from "node:path";
import { readResults } from "../../evaluation/results/read-results.ts";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { isEmptyFolder } from "./describe-folder.ts";

/** Output location of a command. */
export interface OutputPlace {
  readonly folder: string;
  /** file name if `--out` is a file; null if it is a folder for all outputs */
  readonly file: string | null;
}

/**
 * Returns the output location: `--out`, which is a file if it has the output's extension and else a folder; by default
 * the results folder if exactly one is given.
 *
 * @param ending file extension of the output, such as ".html"
 * @returns null without `--out` if the inputs are published rows, CSV files or several folders
 * @throws InputError if `--out` is an existing file with another extension
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
  throw new InputError(
    `--out ${out}: a file of this name exists; specify a folder, or a file with the extension ${ending}`,
  );
}

/** Extensions of files that commands write; a folder name must not have one. */
const FILE_ENDINGS = [".csv", ".html", ".json", ".md", ".parquet", ".png", ".svg", ".tex", ".txt", ".zip"];

/**
 * Checks the `--out` of a command that writes many files.
 *
 * @param what kind of content, such as "results"
 * @throws InputError if it is a file, or has a file extension
 */
export async function checkOutputFolder(out: string, what: string): Promise<void> {
  const found = await statIfThere(out);
  if (found?.isDirectory()) return;
  const ending = extname(out).toLowerCase();
  if (found === null && !FILE_ENDINGS.includes(ending)) return;
  const reason = found === null ? `a name with the extension ${ending} is a file name` : "a file of this name exists";
  throw new InputError(`--out ${out}: ${reason}; specify a folder for the ${what}`);
}

/** Whether a path is a results folder, or an empty folder that can become one. */
async function isResultsFolder(path: string): Promise<boolean> {
  if ((await statIfThere(path))?.isDirectory() !== true) return false;
  const { results, problems } = await readResults(path);
  return results.length + problems.length > 0 || (await isEmptyFolder(path));
}

/** Formats an output location for messages. */
export function placeName({ folder, file }: OutputPlace): string {
  return file === null ? folder : join(folder, file);
}
