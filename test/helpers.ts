import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A temporary folder of the current test, removed when it ends. */
export function temporaryFolder(inside = tmpdir()): string {
  const folder = mkdtempSync(join(inside, "shiftline-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same in memory if the system supports it, for tens of thousands of files, which take seconds on a disk. */
export function folderOfManyFiles(): string {
  return temporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}

/** A folder for concurrent tests, called where they are declared: removed when all of them have ended. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "shiftline-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder: path → content. */
export function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

export const fixtures = join(import.meta.dirname, "fixtures");
