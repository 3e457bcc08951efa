import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { skipUnless } from "../../require.ts";
import { cli, demoRun, root, shiftline } from "../cli/run-cli.ts";
import { type SlurmCluster, startSlurm, waitFor, whyNoSlurm } from "./slurm-cluster.ts";

const reason = whyNoSlurm();
const CHECKPOINTS = ["vit-open-clip", "hf-split"];
const SHARDS = 4;

describe.skipIf(skipUnless("slurm", reason === null, reason ?? ""))("a sweep as a Slurm array", () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startSlurm(2);
    process.stderr.write(`a cluster of one node: ${await cluster.run("sinfo", "--version")}`);
  }, 120_000);
  afterAll(async () => cluster?.stop(), 60_000);

  const show = async (job: string) => cluster.run("scontrol", "show", "job", "--oneliner", job);

  it("gives the bytes of a single process even if one task is killed and another requeued", async () => {
    const alone = join(temporaryFolder(), "results");
    const more = ["--part-size", "5", "--threads", "1"];
    expect((await shiftline([...demoRun(alone, ...CHECKPOINTS), ...more])).status).toBe(0);

    const folder = join(temporaryFolder(), 'it\'s a "sweep" of $HOME');
    const out = join(folder, "results");
    const jobs = join(folder, "jobs");
    const [, ...sweep] = demoRun(out, ...CHECKPOINTS);
    const task = ["--cpus", "1", "--shards", String(SHARDS), "--memory", "1024", "--time", "30"];
    const args = ["submit", "slurm", ...sweep, "--part-size", "5", ...task, "--jobs", jobs, "--run"];
    const submitted = execFileSync(process.execPath, [cli, ...args], { cwd: root, env: cluster.env, encoding: "utf8" });
    const [embed, merge, report] = [.../\d+/g[Symbol.matchAll](submitted)].map(([id]) => id) as [
      string,
      string,
      string,
    ];
    const tasks = Array.from({ length: SHARDS }, (_, i) => `${embed}_${i}`);

    const killed = await killInTheMiddle(join(folder, ".shiftline", "store"), embed);
    const requeued = tasks.find((task) => task !== `${embed}_${killed}`) as string;
    await waitFor("other task that runs or has run", async () => !/JobState=PENDING/.test(await show(requeued)));
    await cluster.run("scontrol", "requeue", requeued);

    await waitFor("end of the report", async () => /JobState=(COMPLETED|FAILED)/.test(await show(report)), 240, 500);
    expect(await show(report)).toMatch(/JobState=COMPLETED/);
    for (const task of tasks) expect(await show(task)).toMatch(/JobState=COMPLETED/);
    expect(await show(`${embed}_${killed}`)).toMatch(/ Restarts=1 /);
    expect(await show(requeued)).toMatch(/ Restarts=1 /);
    expect(await show(merge)).toMatch(/JobState=COMPLETED/);
    const log = readFileSync(join(jobs, "logs", `embed-${embed}_${killed}.log`), "utf8");
    expect(log).toMatch(/ended with status 137: requeued/);
    expect(log).toMatch(new RegExp(`shard ${killed}/${SHARDS}: embedded`));
    // The array made everything: nothing was left to the merge
    const merged = readFileSync(join(jobs, "logs", `merge-${merge}.log`), "utf8");
    expect(merged).not.toMatch(/(images|prompts) \d/);
    for (const name of CHECKPOINTS) {
      const path = join(name, "imagenet", "1000", "simple-7", "predictions.csv");
      expect(readFileSync(join(out, path)).equals(readFileSync(join(alone, path)))).toBe(true);
    }
  }, 400_000);

  /** Waits for the first part in the store, then kills the program of a running task. @returns the task */
  async function killInTheMiddle(store: string, array: string): Promise<number> {
    let killed = -1;
    await waitFor(
      "running task to kill",
      () => {
        const begun = () =>
          readdirSync(store, { recursive: true, encoding: "utf8" }).some((name) => /part-\d+/.test(name));
        try {
          if (!begun()) return false;
        } catch {
          return false; // no store yet
        }
        for (let task = 0; task < SHARDS; task++) {
          const of = { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: String(task) };
          const [pid] = cluster.processes(of, /cli\.js evaluate/);
          if (pid === undefined) continue;
          process.kill(pid, "SIGKILL");
          killed = task;
          return true;
        }
        return false;
      },
      120,
      20,
    );
    return killed;
  }

  it("gives --shard auto its position, in an array and under srun, and refuses a batch script of several tasks", async () => {
    const folder = temporaryFolder();
    const script = join(folder, "auto.sh");
    const module = join(root, "dist", "app", "cluster", "shard-environment.js");
    const print = `import("${module}").then((m) => console.log(JSON.stringify(m.resolveShard("auto")))).catch((e) => console.log(e.message))`;
    const node = `${process.execPath} -e '${print}'`;
    writeFileSync(script, `#!/bin/bash\n${node}\n[ -n "$SLURM_ARRAY_TASK_ID" ] || srun --overlap ${node}\n`);
    const submit = async (log: string, ...options: string[]) =>
      cluster.run("sbatch", "--wait", `--output=${join(folder, log)}`, ...options, script);
    await submit("array-%a.log", "--array=2-6:2");
    const read = (name: string) => readFileSync(join(folder, name), "utf8").trim().split("\n").sort();
    expect(["array-2.log", "array-4.log", "array-6.log"].flatMap(read)).toEqual(
      [0, 1, 2].map((index) => JSON.stringify({ index, count: 3 })),
    );
    await submit("step.log", "--ntasks=2");
    const lines = read("step.log");
    expect(lines.filter((line) => line.startsWith("{"))).toEqual(
      [0, 1].map((index) => JSON.stringify({ index, count: 2 })),
    );
    expect(lines.filter((line) => !line.startsWith("{"))).toEqual([expect.stringMatching(/not an array.*srun/)]);
  }, 120_000);
});
