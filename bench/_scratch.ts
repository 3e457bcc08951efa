import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a folder that is removed when this process ends, even with an error. */
export function makeScratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "shiftline-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
