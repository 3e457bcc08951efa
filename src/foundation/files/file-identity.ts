import { type BigIntStats, statfsSync } from "node:fs";
import type { FilePath } from "./regular-file.ts";

/**
 * Which state of which file was read: size, inode, and when content and inode last changed, in nanoseconds. No program can
 * set the time of an inode's change back, so two states with one identity have one content, except where
 * {@link timesTellChanges} or {@link isSettled} is false.
 */
export function identityOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`;
}

/** The same for two looks within one run: of what holds on every file system, where inodes may be others at each look. */
export function stateWithinRun(path: FilePath, stats: BigIntStats): string {
  return timesTellChanges(path, stats) ? identityOf(stats) : `${stats.size} ${stats.mtimeNs}`;
}

/** Nanoseconds for which a file must have been as it is: within one tick of its clock a file system may show a change as none. */
const SETTLED = 3_000_000_000n;

/** Whether a later change is sure to show. @param now  in milliseconds since 1970, before the content is read */
export function isSettled({ ctimeNs }: BigIntStats, now = Date.now()): boolean {
  return BigInt(now) * 1_000_000n - ctimeNs > SETTLED;
}

/*
 * File systems that show another content with the times and inode of before, by their number in statfs(2): what is written
 * through a mapping shows no time (tmpfs, ramfs); a read-only image has times and inodes of its maker's choice; there is
 * no time of the inode's change, or a user program answers for it (FAT, exFAT, 9P, FUSE).
 */
const SILENT_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x958458f6, // hugetlbfs
  0x2fc12fc1, // ZFS: the time of a write through a mapping is that of its writing back
  0x73717368, // squashfs
  0xe0f5e1e2, // erofs
  0x28cd3d45, // cramfs
  0x7275, // romfs
  0x9660, // iso9660
  0x15013346, // UDF
  0x4d44, // FAT
  0x2011bab0, // exFAT
  0x01021997, // 9P
  0x65735546, // FUSE
]);

const SECOND = 1_000_000_000n;
const silentDevices = new Map<bigint, boolean>();

/** Whether a change of this file's content always shows in its times or inode: not on every file system. */
export function timesTellChanges(path: FilePath, { dev, mtimeNs, ctimeNs }: BigIntStats): boolean {
  // A time of the inode's change that only repeats the content's, in whole seconds, is made up
  if (ctimeNs === mtimeNs && ctimeNs % SECOND === 0n) return false;
  const known = silentDevices.get(dev) ?? isSilent(path);
  silentDevices.set(dev, known);
  return !known;
}

function isSilent(path: FilePath): boolean {
  try {
    return SILENT_FILE_SYSTEMS.has(Number(statfsSync(path).type) >>> 0);
  } catch {
    return true;
  }
}

/** Whether a state seen now may be remembered as that of the content: every later change shows in it. */
export function isLasting(path: string, stats: BigIntStats): boolean {
  return isSettled(stats) && timesTellChanges(path, stats);
}
