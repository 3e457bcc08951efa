import { readdir } from "node:fs/promises";
import { basename, extname, isAbsolute, join } from "node:path";
import { nearestName } from "../closest-names.ts";
import { InputError } from "../errors.ts";
import { statIfThere } from "./if-there.ts";
import { packagePath } from "./package-root.ts";
import { pathNameProblem } from "./path-name.ts";

/** A data file and its id: its name without the extension. */
export interface NamedFile {
  readonly id: string;
  readonly path: string;
}

/**
 * Finds a data file by the user's input: the id of a file that ships with the package (`openai-80`), or the path of a
 * user's file (it contains a folder separator or ends in the file extension: `./my-templates.txt`).
 *
 * @param what    the kind of file, for messages: "template set"
 * @param folder  folder below the package root, e.g. "prompts/templates"
 * @param ending  ".txt", ".csv" or ".json"
 * @param moreEndings  further extensions that only users' files have
 * @throws InputError naming the known ids if there is no such file, or if the file's name cannot be an id
 */
export async function findNamedFile(
  idOrPath: string,
  what: string,
  folder: string,
  ending: string,
  moreEndings: readonly string[] = [],
): Promise<NamedFile> {
  const endings = [ending, ...moreEndings];
  const isPath =
    endings.some((candidate) => idOrPath.endsWith(candidate)) ||
    idOrPath.includes("/") ||
    idOrPath.includes("\\") ||
    isAbsolute(idOrPath);
  if (isPath) {
    const found = await statIfThere(idOrPath);
    if (found?.isFile()) return { id: fileId(idOrPath, what), path: idOrPath };
    throw new InputError(`${what} ${idOrPath}: no such file`);
  }
  const known = await listNamedFiles(folder, ending);
  const match = known.find((file) => file.id === idOrPath);
  if (match !== undefined) return match;
  const ids = known.map((file) => file.id);
  const nearest = nearestName(idOrPath, ids);
  const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(
    `unknown ${what} "${idOrPath}"; known: ${ids.join(", ")}, or the path of a ${endings.join(", ")} file${meant}`,
  );
}

/**
 * Returns the id of a user's file: its name without the extension. Results are written to a folder of that name.
 *
 * @throws InputError if a folder cannot have that name: "...txt" would name the parent folder
 */
export function fileId(path: string, what: string): string {
  const name = basename(path);
  const id = /^\.[^.]*$/.test(name) ? "" : basename(name, extname(name)); // ".txt" is an extension without a name
  const problem = pathNameProblem(id);
  if (problem === null) return id;
  throw new InputError(
    `${what} ${path}: "${id}", the file's name without its extension, ${problem}; results are written to a folder of that name, so rename the file`,
  );
}

/** Lists the data files of one kind that ship with the package, by id. */
export async function listNamedFiles(folder: string, ending: string): Promise<NamedFile[]> {
  const names = await readdir(packagePath(folder));
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ id: name.slice(0, -ending.length), path: join(packagePath(folder), name) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
