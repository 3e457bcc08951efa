import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readFolderIfThere, statIfThere } from "../../foundation/files/if-there.ts";

/** An unreadable or inconsistent result below a results folder, or an unreadable folder of several. */
export interface ResultProblem {
  /** checkpoint, benchmark, protocol and prompts, as far as known from the folders' names */
  readonly place: readonly string[];
  /** file and problem */
  readonly reason: string;
}

/** Number of folder levels between a results folder and a result's files. */
const DEPTH = 4;
/** Folders in a results folder that contain no results: those of this program and of file systems. */
const NO_RESULTS = /^(?:\.progress|\.shiftline|\.snapshots?|\.Trash.*|lost\+found)$/;

/**
 * Lists the folders at `<out>/<checkpoint>/<benchmark>/<protocol>/<prompts>` by their four names, regardless of
 * content. Links to folders outside `out` are followed; links to folders inside would repeat results.
 *
 * @param checkpoint only this checkpoint
 * @param problems   receives folders that cannot be listed, since they may contain results
 * @throws InputError if `out` itself cannot be listed
 */
export async function findPlaces(
  out: string,
  checkpoint: string | undefined,
  problems: ResultProblem[],
): Promise<string[][]> {
  let places: string[][] = [[]];
  for (let depth = 0; depth < DEPTH; depth++) {
    const below: string[][] = [];
    for (const place of places) {
      try {
        const names = await subfolders(out, place);
        const wanted = depth === 0 ? names.filter((name) => isWanted(name, checkpoint)) : names;
        for (const name of wanted) below.push([...place, name]);
      } catch (error) {
        if (place.length === 0 || !(error instanceof InputError)) throw error;
        problems.push({ place, reason: error.message });
      }
    }
    places = below;
  }
  return places;
}

function isWanted(name: string, checkpoint: string | undefined): boolean {
  return checkpoint === undefined ? !NO_RESULTS.test(name) : name === checkpoint;
}

async function subfolders(out: string, place: readonly string[]): Promise<string[]> {
  const folder = join(out, ...place);
  const names: string[] = [];
  for (const entry of (await readFolderIfThere(folder)) ?? []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsElsewhere(path, out)))) names.push(entry.name);
  }
  return names;
}

/** Whether a link points to a folder outside `out`. */
async function leadsElsewhere(link: string, out: string): Promise<boolean> {
  if ((await statIfThere(link))?.isDirectory() !== true) return false;
  const [target, root] = await Promise.all([realpath(link), realpath(out)]);
  return !`${target}${sep}`.startsWith(`${root}${sep}`);
}
