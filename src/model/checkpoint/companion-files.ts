import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readError } from "../../foundation/files/read-text.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";

/**
 * The first of these files that the folder has.
 *
 * @param root  absolute folder
 * @param names paths relative to it, in order of preference
 * @returns the relative path, null where there is none
 * @throws InputError if a folder on the way may not be read, or what has the name is no regular file
 */
export async function findCompanion(root: string, ...names: string[]): Promise<string | null> {
  for (const name of names) {
    try {
      checkRegular(join(root, name), await stat(join(root, name)));
      return name;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code !== "ENOENT" && code !== "ENOTDIR") throw readError(join(root, name), cause);
    }
  }
  return null;
}
