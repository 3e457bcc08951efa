import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseShard } from "../../../src/evaluation/embedding/shard.ts";
import type * as EmbedShard from "../../../src/evaluation/evaluate/embed-shard.ts";
import type { EvaluateOptions } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import { temporaryFolder } from "../../helpers.ts";
import { shuffled } from "../../seeded-random.ts";
import { lacksShell } from "../../system.ts";
import { built, checkpoints, cli, demo, demoRun, root, shiftline } from "./run-cli.ts";

const NAMES = ["vit-open-clip", "hf-split"];
const options = (out: string, names: readonly string[]): EvaluateOptions => ({
  checkpoints: names.map((name) => join(checkpoints, name)),
  dataDirs: { imagenet: demo },
  allowIncomplete: true,
  templates: ["simple-7"],
  out,
  partSize: 10,
  threads: 1,
});
/** The same on the command line. Two checkpoints, 123 images in 13 parts and 6,986 prompts in 4 chunks each. */
const run = (out: string, names = NAMES) => [...demoRun(out, ...names), "--part-size", "10", "--threads", "1"];

function predictions(out: string, names = NAMES): string[] {
  return names.map((name) => readFileSync(join(out, name, "imagenet", "1000", "simple-7", "predictions.csv"), "utf8"));
}

/** Shards in this process, from the built package: what the command line runs, without starting it each time. */
async function runShards(out: string, shards: readonly string[], names = NAMES): Promise<void> {
  const { embedShard } = await built<typeof EmbedShard>("evaluation/evaluate/embed-shard.js");
  for (const shard of shards) await embedShard(options(out, names), parseShard(shard));
}

const all = (n: number) => Array.from({ length: n }, (_, i) => `${i}/${n}`);

describe("evaluate --shard", () => {
  it("gives the single process's predictions.csv with 1, 2, 7 and 16 shards, in any order, some twice, counts mixed", async () => {
    const singleCheckpoint = ["vit-open-clip"];
    const alone = join(temporaryFolder(), "results");
    expect((await shiftline(run(alone, singleCheckpoint))).status).toBe(0);
    const expected = predictions(alone, singleCheckpoint);
    const orders = [
      all(1),
      ["1/2", "0/2", "1/2"],
      [...shuffled(all(7), 7), "3/7"],
      ["2/16", ...shuffled(all(16), 16)],
      ["1/2", "5/7", "3/16", "0/2"],
    ];
    for (const shards of orders) {
      const out = join(temporaryFolder(), "results");
      await runShards(out, shards, singleCheckpoint);
      expect(existsSync(out)).toBe(false);
      const merged = await shiftline([...run(out, singleCheckpoint), "--merge-only"]);
      expect(merged.stderr).not.toMatch(/(images|prompts) \d/);
      expect(merged.status).toBe(0);
      expect(predictions(out, singleCheckpoint)).toEqual(expected);
    }
  }, 600_000);

  it("reports the number of prompts of the shard from the first batch on, not a growing total", async () => {
    const { embedShard } = await built<typeof EmbedShard>("evaluation/evaluate/embed-shard.js");
    const out = join(temporaryFolder(), "results");
    for (const shard of ["1/2", "0/2"]) {
      const seen: { done: number; total: number }[] = [];
      const { promptsEmbedded } = await embedShard(
        {
          ...options(out, NAMES),
          onProgress: ({ phase, done, total }) => {
            if (phase === "prompts") seen.push({ done, total });
          },
        },
        parseShard(shard),
      );
      expect(promptsEmbedded).toBeGreaterThan(1000);
      expect(new Set(seen.map(({ total }) => total))).toEqual(new Set([promptsEmbedded]));
      expect(seen.at(-1)?.done).toBe(promptsEmbedded);
    }
  }, 120_000);

  it.skipIf(lacksShell)(
    "leaves missing parts to the merge, or names them with the command that makes them",
    async () => {
      const out = join(temporaryFolder(), "it's results");
      await runShards(out, ["0/4", "2/4", "3/4"]);
      const refused = await shiftline([...run(out), "--merge-only"]);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(/vit-open-clip on imagenet: \d+ of 123 images, in parts 1, 5, 9/);
      expect(refused.stderr).toMatch(/hf-split: [\d,]+ prompts/);
      expect(existsSync(out)).toBe(false);
      const command = /: (shiftline evaluate .*)$/m.exec(refused.stderr)?.[1] as string;
      expect(command).not.toContain("--merge-only");
      const script = `shiftline() { "${process.execPath}" "${cli}" "$@"; }\n${command}`;
      execFileSync("bash", ["-c", script], { cwd: root, stdio: "ignore" });
      const alone = join(temporaryFolder(), "results");
      expect((await shiftline(run(alone))).status).toBe(0);
      expect(predictions(out)).toEqual(predictions(alone));
    },
    180_000,
  );

  it("remakes a deleted part, and nothing else", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    await runShards(out, all(2));
    const images = join(folder, ".shiftline", "store", "images");
    const [first = ""] = readdirSync(images).sort();
    rmSync(join(images, first, "part-00002.json"));
    const again = await shiftline([...run(out), "--shard", "0/2", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ imagesEmbedded: 10, promptsEmbedded: 0 });
  }, 120_000);

  it("checks all inputs as the merge does, and refuses options that contradict it", async () => {
    const out = join(temporaryFolder(), "results");
    const bad = await shiftline([...run(out), "--shard", "1/2", "--templates", "openai-81"]);
    expect(bad.stderr).toMatch(/unknown template set "openai-81"/);
    expect(bad.status).toBe(1);
    expect((await shiftline([...run(out), "--shard", "2/2"])).stderr).toMatch(/from 0 to n-1/);
    expect((await shiftline([...run(out), "--shard", "0/2", "--merge-only"])).stderr).toMatch(/use one of them/);
    expect((await shiftline([...run(out), "--shard", "auto"])).stderr).toMatch(/not running under Slurm/);
  }, 60_000);
});
