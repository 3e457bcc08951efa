import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openProgressFile, type ProgressState } from "../../../src/evaluation/evaluate/progress-file.ts";
import { progressFolder, readProgress } from "../../../src/evaluation/evaluate/run-progress.ts";
import { demoRun, shiftlineProcess } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";

const state: ProgressState = {
  phase: "images",
  checkpoints: ["a", "b"],
  benchmark: "imagenet-r",
  done: 64,
  total: 60000,
};

async function written(out: string): Promise<void> {
  while ((await readProgress(out)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the progress file", () => {
  it("contains the progress of an evaluation, is written at most every two seconds, and is removed at the end", async () => {
    const out = join(temporaryFolder(), "results");
    const file = openProgressFile(out);
    expect(await readProgress(out)).toEqual([]);
    file.update(state);
    await written(out);
    file.update({ ...state, done: 128 });
    const [progress] = await readProgress(out);
    expect(progress).toMatchObject({ ...state, pid: process.pid, stale: false });
    expect(Math.abs(Date.now() - Date.parse(progress?.updated ?? ""))).toBeLessThan(5000);
    await file.close();
    expect(existsSync(out)).toBe(false);
  });

  it("of a killed run is detected by its age; other files are skipped", async () => {
    const out = join(temporaryFolder(), "results");
    const file = openProgressFile(out);
    file.update(state);
    await written(out);
    writeFileSync(join(progressFolder(out), "1-torn.json"), '{"schema":1,');
    writeFileSync(join(progressFolder(out), "2-other.json"), "[]");
    const later = await readProgress(out, Date.now() + 3600e3);
    expect(later).toMatchObject([{ ...state, stale: true }]);
    await file.close();
    expect(readdirSync(progressFolder(out)).length).toBe(2);
  });

  it("never fails an evaluation", async () => {
    const blocked = join(temporaryFolder(), "file");
    writeFileSync(blocked, "");
    const file = openProgressFile(join(blocked, "results"));
    file.update(state);
    await expect(file.close()).resolves.toBeUndefined();
    expect(readFileSync(blocked, "utf8")).toBe("");
  });

  it("is removed when the command is stopped, which prints how to resume", async () => {
    const out = join(temporaryFolder(), "results");
    const { stderr, status } = await shiftlineProcess([...demoRun(out, "vit-open-clip"), "--part-size", "8"], {
      killAt: (text) => (/prompts \d/.test(text) ? "SIGTERM" : undefined),
    });
    expect(status).toBe(143);
    expect(stderr).toContain(`continue: node `);
    expect(stderr).toContain(`--part-size 8`);
    expect(existsSync(progressFolder(out))).toBe(false);
  });
});
