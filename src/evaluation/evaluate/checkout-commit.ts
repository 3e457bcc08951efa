import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Returns the commit of a git checkout: 40 digits, followed by `-dirty` if tracked files have changes. Returns null if
 * the folder is not the root of a checkout, such as an installed package inside a user's repository, or if git is
 * missing or fails.
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
