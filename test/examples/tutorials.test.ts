import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, root } from "../app/cli/run-cli.ts";
import { temporaryFolder } from "../helpers.ts";

const TUTORIALS = join(root, "examples", "emojishift", "tutorials");

/** A folder that looks like a clone in which `npm start` has run. */
function clone(): string {
  const folder = temporaryFolder();
  for (const name of ["examples", "node_modules", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "results"));
  symlinkSync(join(root, "results", "emojishift"), join(folder, "results", "emojishift"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${cli}" "$@"\n`, {
    mode: 0o755,
  });
  return folder;
}

/** Does what a tutorial says: saves its files, types its commands. @returns what the commands printed, one text each */
function follow(tutorial: string): string[] {
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
    for (const line of content.trim().split("\n")) {
      const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` };
      const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", line], { cwd: folder, env, encoding: "utf8" });
      expect(status, `${line}\n${stderr}`).toBe(0);
      printed.push(stdout);
    }
  }
  return printed;
}

describe.skipIf(process.platform === "win32")("EmojiShift's tutorials", () => {
  it("add a checkpoint of one's own, beside the study's line and another checkpoint", () => {
    const printed = follow("checkpoint.md");
    expect(printed).toHaveLength(8);
    expect(printed[4]).toMatch(/^mine: \d+\.\d points (above|below) the line on the average of the five shifts$/m);
    expect(printed[7]).toMatch(/mine[\s\S]*other[\s\S]*emoji-fluent-emoji-flat/);
  }, 120_000);

  it("add a shift of one's own, and a study of it", () => {
    const printed = follow("shift.md");
    expect(printed).toHaveLength(7);
    expect(printed[3]).toMatch(/emoji-pixelated 160/);
    expect(printed[5]).toMatch(/^emoji-pixelated +emoji-fluent-emoji-flat/m);
    expect(printed[6]).toMatch(/report\.html$/m);
  }, 120_000);

  it("add prompts and class names of one's own", () => {
    const printed = follow("prompts.md");
    expect(printed[0]).toMatch(/my-templates/);
    expect(printed[2]).toMatch(/emoji-fluent-emoji-flat 160/);
  }, 120_000);
});
