import { randomBytes } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TEMPORARY_NAME } from "./atomic-write.ts";

/** Writing one file takes seconds at most: what is older than this was left by a run that was killed. */
const STALE_AFTER = 3600e3; // 1 h, in ms

/**
 * Removes the unfinished files that killed runs left in a folder: those with a temporary name, and those that
 * `isStale` names, if nobody has touched them for an hour. The hour is by the clock of the file system, which another
 * machine's files have their times from: this machine's may be hours ahead of it. Files that a running process of this
 * machine may be writing stay, however old. Never fails: they only take space.
 *
 * @param isStale  of the names in the folder, which others are left over
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

/** The time that a file written to the folder just now has, in ms; null where none can be written. */
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

/** Whether a process of this machine has the number in the name: it may have been stopped for a while, and go on. */
function isBeingWritten(name: string): boolean {
  const pid = Number(TEMPORARY_NAME.exec(name)?.[1]);
  if (!Number.isInteger(pid) || pid === process.pid || pid <= 0) return false; // one's own take seconds, not an hour
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"; // it runs, as another user
  }
}
