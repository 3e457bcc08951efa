import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Commit of the checkout that a folder is, as git names it: 40 digits, with `-dirty` where tracked files were changed since. Null where
 * the folder is no checkout, as an installed package is, even inside a user's repository; and where git is missing or refuses.
 */
export async function checkoutCommit(root: string): Promise<string | null> {
  const gitFolder = join(root, ".git");
  if (!existsSync(gitFolder)) return null;
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["-C", root, "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
      {
        timeout: 10_000,
        env: { ...process.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
      },
    );
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
