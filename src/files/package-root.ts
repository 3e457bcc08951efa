import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the installed package: the data folders `prompts/` and `benchmarks/` are in it. */
const PACKAGE_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Path of a file or folder that ships with the package. */
export function packagePath(...parts: string[]): string {
  return join(PACKAGE_ROOT, ...parts);
}
