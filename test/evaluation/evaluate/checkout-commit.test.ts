import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkoutCommit } from "../../../src/evaluation/evaluate/checkout-commit.ts";
import { temporaryFolder } from "../../helpers.ts";
import { skipUnless } from "../../require.ts";

function git(folder: string, ...args: string[]): string {
  const settings = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main"];
  return execFileSync("git", ["-C", folder, ...settings, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
}

function hasGit(): boolean {
  try {
    return git(".", "--version") !== "";
  } catch {
    return false;
  }
}

function makeRepository(): { repository: string; head: string } {
  const repository = temporaryFolder();
  git(repository, "init");
  writeFileSync(join(repository, "file"), "1");
  git(repository, "add", "file");
  git(repository, "commit", "-m", "first");
  return { repository, head: git(repository, "rev-parse", "HEAD") };
}

describe.skipIf(skipUnless("git", hasGit(), "git is not installed"))("the commit of a checkout", () => {
  it("is named on a branch, after its references were packed, and in a worktree", async () => {
    const { repository, head } = makeRepository();
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    expect(await checkoutCommit(repository)).toBe(head);
    git(repository, "pack-refs", "--all");
    git(repository, "tag", "v1");
    expect(await checkoutCommit(repository)).toBe(head);
    const worktree = join(temporaryFolder(), "tree");
    git(repository, "worktree", "add", worktree);
    expect(await checkoutCommit(worktree)).toBe(head);
  });

  it("reports changed tracked files, and is absent if the folder is not a checkout", async () => {
    const { repository, head } = makeRepository();
    const installed = join(repository, "node_modules", "package");
    mkdirSync(installed, { recursive: true });
    expect(await checkoutCommit(installed)).toBeNull();
    expect(await checkoutCommit(repository)).toBe(head); // untracked files have no effect
    writeFileSync(join(repository, "file"), "2");
    expect(await checkoutCommit(repository)).toBe(`${head}-dirty`);
    expect(await checkoutCommit(temporaryFolder())).toBeNull();
  });
});
