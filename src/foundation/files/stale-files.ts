import { randomBytes } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TEMPORARY_NAME } from "./atomic-write.ts";

/** Writing a file takes seconds: an older one was left by a killed run. */
const STALE_AFTER = 3600e3; // 1 h, in ms

/**
 * Removes the unfinished files that killed runs left in a folder: files with a temporary name, and those that `isStale`
 * selects, if they have not changed for an hour. Time is read from the file system's clock, which also sets the times
 * of other machines' files; the clock of this machine may be hours ahead of it. Files that a running process of this
 * machine may be writing stay, regardless of age. Never fails, because the files only take space.
 *
 * @param isStale  selects further leftovers by their name in the folder
 */
export async function removeStaleFiles(
  folder: string,
  isStale: (name: string) => boolean | Promise<boolean> = () => false,
): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  let now: number | null | undefined;
  for (const name of names) {
    if (!TEMPORARY_NAME.test(name) && !(await isStale(name))) continue;
    const path = join(folder, name);
    const touched = await stat(path).catch(() => null);
    if (!touched?.isFile() || isBeingWritten(name)) continue;
    now ??= await fileSystemClock(folder);
    if (now === null) return;
    if (now - touched.mtimeMs > STALE_AFTER) await rm(path, { force: true }).catch(() => {});
  }
}

/** Returns the time that a file written to the folder now gets, in ms; null where none can be written. */
async function fileSystemClock(folder: string): Promise<number | null> {
  const path = join(folder, `clock.tmp-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await writeFile(path, "\n", { flag: "wx" }); // an empty file may keep the time that this machine gave it
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

/** Whether a process of this machine has the id in the name: it may be paused and continue. */
function isBeingWritten(name: string): boolean {
  const pid = Number(TEMPORARY_NAME.exec(name)?.[1]);
  if (!Number.isInteger(pid) || pid === process.pid || pid <= 0) return false; // this process writes a file in seconds, not in an hour
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"; // it runs as another user
  }
}
