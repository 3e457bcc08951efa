import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TEMPORARY_NAME } from "./atomic-write.ts";

/** Writing one file takes seconds at most: what is older than this was left by a run that was killed. */
const STALE_AFTER = 3600e3; // 1 h, in ms; a run on another machine with a clock that is off is safe too

/**
 * Removes the unfinished files that killed runs left in a folder: those with a temporary name, and those that
 * `isStale` names, if nobody has touched them for an hour. Never fails: they only take space.
 *
 * @param isStale  of the names in the folder, which others are left over
 */
export async function removeStaleFiles(
  folder: string,
  isStale: (name: string) => boolean | Promise<boolean> = () => false,
): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names) {
    if (!TEMPORARY_NAME.test(name) && !(await isStale(name))) continue;
    const path = join(folder, name);
    const touched = await stat(path).catch(() => null);
    if (touched?.isFile() && Date.now() - touched.mtimeMs > STALE_AFTER)
      await rm(path, { force: true }).catch(() => {});
  }
}
