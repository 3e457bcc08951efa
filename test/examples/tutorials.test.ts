import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, shiftline } from "../app/cli/run-cli.ts";
import { temporaryFolder } from "../helpers.ts";

const TUTORIALS = join(root, "examples", "emojishift", "tutorials");

/** A folder that looks like a clone in which `npm start` has run. Its npx notes the words that it is given. */
function clone(): string {
  const folder = temporaryFolder();
  for (const name of ["examples", "node_modules", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "results"));
  symlinkSync(join(root, "results", "emojishift"), join(folder, "results", "emojishift"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npx"), "#!/bin/sh\nprintf '%s\\0' \"$@\" > bin/words\n", { mode: 0o755 });
  return folder;
}

/** Types one line; `npx shiftline` runs in this process, with the words that the shell made of it. @returns what it printed */
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

/** Does what a tutorial says: saves its files, types its commands. @returns what the commands printed, one text each */
async function follow(tutorial: string): Promise<string[]> {
  const text = readFileSync(join(TUTORIALS, tutorial), "utf8");
  const folder = clone();
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

describe.skipIf(process.platform === "win32")("EmojiShift's tutorials", () => {
  it("add a checkpoint of one's own, beside the study's line and another checkpoint", async () => {
    const printed = await follow("checkpoint.md");
    expect(printed).toHaveLength(8);
    expect(printed[4]).toMatch(/^mine: \d+\.\d points (above|below) the line on the average of the five shifts$/m);
    expect(printed[7]).toMatch(/mine[\s\S]*other[\s\S]*emoji-fluent-emoji-flat/);
  }, 120_000);

  it("add a shift of one's own, and a study of it", async () => {
    const printed = await follow("shift.md");
    expect(printed).toHaveLength(7);
    expect(printed[3]).toMatch(/emoji-pixelated 160/);
    expect(printed[5]).toMatch(/^emoji-pixelated +emoji-fluent-emoji-flat/m);
    expect(printed[6]).toMatch(/report\.html$/m);
  }, 120_000);

  it("add prompts and class names of one's own", async () => {
    const printed = await follow("prompts.md");
    expect(printed[0]).toMatch(/my-templates/);
    expect(printed[2]).toMatch(/emoji-fluent-emoji-flat 160/);
  }, 120_000);
});
