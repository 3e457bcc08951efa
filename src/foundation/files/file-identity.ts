import { type BigIntStats, statfsSync } from "node:fs";
import type { FilePath } from "./regular-file.ts";

/**
 * Identifies the state of a file that was read: size, inode, and the times of the last change of content and inode, in
 * nanoseconds. Programs cannot set back the time of an inode's change, so two states with the same identity have the
 * same content, except where {@link timesShowChanges} or {@link isSettled} is false.
 */
export function identityOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`;
}

/**
 * Like {@link identityOf}, for two looks within one run. It uses only what holds on every file system: on some, inodes
 * change between looks.
 */
export function stateWithinRun(path: FilePath, stats: BigIntStats): string {
  return timesShowChanges(path, stats) ? identityOf(stats) : `${stats.size} ${stats.mtimeNs}`;
}

/** Nanoseconds for which a file must be unchanged: a file system may not show a change within one tick of its clock. */
const SETTLED = 3_000_000_000n;

/** Whether a later change is certain to show. @param now  in milliseconds since 1970, before the content is read */
export function isSettled({ ctimeNs }: BigIntStats, now = Date.now()): boolean {
  return BigInt(now) * 1_000_000n - ctimeNs > SETTLED;
}

/*
 * File systems that may show changed content with unchanged times and inode, by their number in statfs(2). On tmpfs and
 * ramfs, a write through a mapping updates no time. In a read-only image, times and inodes are those its maker chose.
 * FAT, exFAT, 9P and FUSE have no time of the inode's change, or a user program supplies it.
 */
const CHANGE_HIDING_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x958458f6, // hugetlbfs
  0x2fc12fc1, // ZFS: a write through a mapping gets the time at which it is written back
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
const deviceHidesChanges = new Map<bigint, boolean>();

/** Whether every change of this file's content shows in its times or inode: not so on every file system. */
export function timesShowChanges(path: FilePath, { dev, mtimeNs, ctimeNs }: BigIntStats): boolean {
  // An inode time that only repeats the content's time in whole seconds is synthetic
  if (ctimeNs === mtimeNs && ctimeNs % SECOND === 0n) return false;
  const known = deviceHidesChanges.get(dev) ?? hidesChanges(path);
  deviceHidesChanges.set(dev, known);
  return !known;
}

function hidesChanges(path: FilePath): boolean {
  try {
    return CHANGE_HIDING_FILE_SYSTEMS.has(Number(statfsSync(path).type) >>> 0);
  } catch {
    return true;
  }
}

/** Whether the present state may be remembered as that of the content: every later change shows in it. */
export function isLasting(path: string, stats: BigIntStats): boolean {
  return isSettled(stats) && timesShowChanges(path, stats);
}
