import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readFolderIfThere, statIfThere } from "../../foundation/files/if-there.ts";

/** What could not be read below a results folder, or contradicts itself: one result, or a folder of several. */
export interface ResultProblem {
  /** checkpoint, benchmark, protocol and prompts, as far as the folders' names say them */
  readonly place: readonly string[];
  /** file, and what is wrong with it */
  readonly reason: string;
}

/** Folders between a results folder and a result's files. */
const DEPTH = 4;
/** Folders in a results folder that hold no results: ours, and those that file systems make. */
const NO_RESULTS = /^(?:\.progress|\.shiftline|\.snapshots?|\.Trash.*|lost\+found)$/;

/**
 * The folders at `<out>/<checkpoint>/<benchmark>/<protocol>/<prompts>`, as their four names, whatever is in them. A
 * link to a folder elsewhere is followed; one to a folder of `out` is another name of what is found anyway.
 *
 * @param checkpoint only this one's
 * @param problems   folders that cannot be listed are added here: they may hold results
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

/** Whether a link leads to a folder that is not below `out`. */
async function leadsElsewhere(link: string, out: string): Promise<boolean> {
  if ((await statIfThere(link))?.isDirectory() !== true) return false;
  const [target, root] = await Promise.all([realpath(link), realpath(out)]);
  return !`${target}${sep}`.startsWith(`${root}${sep}`);
}
