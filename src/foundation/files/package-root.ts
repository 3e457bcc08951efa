import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the installed package, which contains the data folders `prompts/` and `benchmarks/`. */
const PACKAGE_ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Returns the path of a file or folder that ships with the package. */
export function packagePath(...parts: string[]): string {
  return join(PACKAGE_ROOT, ...parts);
}

/** Returns the version of the package, from its `package.json`. */
export async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile(packagePath("package.json"), "utf8")) as { version: string }).version;
}
