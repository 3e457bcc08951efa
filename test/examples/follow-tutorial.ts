import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { root, shiftline } from "../app/cli/run-cli.ts";
import { temporaryFolder } from "../helpers.ts";

const TUTORIALS = join(root, "examples", "emojishift", "tutorials");

/** A folder that looks like a clone after `npm start`, with this store. Its npx records its arguments. */
function clone(store: string): string {
  const folder = temporaryFolder();
  for (const name of ["examples", "node_modules", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "results"));
  symlinkSync(join(root, "results", "emojishift"), join(folder, "results", "emojishift"));
  symlinkSync(store, join(folder, "results", ".shiftline"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npx"), "#!/bin/sh\nprintf '%s\\0' \"$@\" > bin/words\n", { mode: 0o755 });
  return folder;
}

/** Runs one line; `npx shiftline` runs in this process, with the arguments that the shell passes. @returns its output */
async function type(folder: string, line: string): Promise<string> {
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  const typed = spawnSync("/bin/sh", ["-c", line], { cwd: folder, env, encoding: "utf8" });
  expect(typed.status, `${line}\n${typed.stderr}`).toBe(0);
  const noted = join(folder, "bin", "words");
  if (!existsSync(noted)) return typed.stdout;
  const [program, ...words] = readFileSync(noted, "utf8").split("\0").slice(0, -1);
  rmSync(noted);
  expect(program).toBe("shiftline");
  const { status, stdout, stderr } = await shiftline(words, { cwd: folder });
  expect(status, `${line}\n${stderr}`).toBe(0);
  return stdout;
}

/**
 * Follows a tutorial: saves its files, runs its commands.
 *
 * @param store  `.shiftline` next to what `npm start` wrote, as a reader of the tutorial has it
 * @returns the output of each command
 */
export async function followTutorial(tutorial: string, store: string): Promise<string[]> {
  const text = readFileSync(join(TUTORIALS, tutorial), "utf8");
  const folder = clone(store);
  const printed: string[] = [];
  let last = 0;
  for (const block of text.matchAll(/```(sh|json|txt)\n([\s\S]*?)```/g)) {
    const before = text.slice(last, block.index);
    last = block.index;
    const [, kind, content = ""] = block;
    if (kind !== "sh") {
      const name = [...before.matchAll(/`([\w/-]+\.(?:json|txt))`/g)].at(-1)?.[1] as string;
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
      continue;
    }
    for (const line of content.trim().split("\n")) printed.push(await type(folder, line));
  }
  return printed;
}
