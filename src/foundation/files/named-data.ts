import { readdir } from "node:fs/promises";
import { basename, extname, isAbsolute, join } from "node:path";
import { nearestName } from "../closest-names.ts";
import { InputError } from "../errors.ts";
import { statIfThere } from "./if-there.ts";
import { packagePath } from "./package-root.ts";
import { pathNameProblem } from "./path-name.ts";

/** A data file and the id it goes by: its name without the ending. */
export interface NamedFile {
  readonly id: string;
  readonly path: string;
}

/**
 * Finds a data file by what the user typed: the id of one that ships with the package (`openai-80`), or the path
 * of the user's own (with a folder separator or the file ending in it, `./my-templates.txt`).
 *
 * @param what    what it is, for messages: "template set"
 * @param folder  folder below the package root, e.g. "prompts/templates"
 * @param ending  ".txt", ".csv" or ".json"
 * @param others  endings of files in further forms, which none that ships has
 * @throws InputError naming the known ids if there is no such file, or if the file's name cannot be an id
 */
export async function findNamedFile(
  idOrPath: string,
  what: string,
  folder: string,
  ending: string,
  others: readonly string[] = [],
): Promise<NamedFile> {
  const endings = [ending, ...others];
  const isPath =
    endings.some((one) => idOrPath.endsWith(one)) ||
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
 * The id of a user's file: its name without the ending. Results lie in a folder of that name.
 *
 * @throws InputError if that cannot be the name of a folder: "...txt" would be the parent's
 */
export function fileId(path: string, what: string): string {
  const name = basename(path);
  const id = /^\.[^.]*$/.test(name) ? "" : basename(name, extname(name)); // ".txt" is an ending without a name
  const problem = pathNameProblem(id);
  if (problem === null) return id;
  throw new InputError(
    `${what} ${path}: "${id}", the file's name without its ending, ${problem}; results lie in a folder of that name, so rename the file`,
  );
}

/** The data files of one kind that ship with the package, by id. */
export async function listNamedFiles(folder: string, ending: string): Promise<NamedFile[]> {
  const names = await readdir(packagePath(folder));
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ id: name.slice(0, -ending.length), path: join(packagePath(folder), name) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
