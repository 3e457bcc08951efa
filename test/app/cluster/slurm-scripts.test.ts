import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SlurmPlan, slurmScripts } from "../../../src/app/cluster/slurm-scripts.ts";
import { writeJobs } from "../../../src/app/cluster/write-jobs.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { lacksShell } from "../../system.ts";

const plan: SlurmPlan = {
  program: ["shiftline"],
  evaluate: ["--out=/scratch/it's mine", "--", "/models/a b"],
  report: ["--results=/scratch/it's mine"],
  cwd: "/home/me/my study",
  size: { shards: 8, cpus: 4, memory: 4096, minutes: 95 },
  maxParallel: 3,
  partition: "cpu",
  account: "lab",
  sbatch: ["--qos=long"],
  setup: ["module load nodejs"],
};

const contentOf = (name: string, of = plan) => slurmScripts(of).find((file) => file.name === name)?.content as string;

describe("the Slurm scripts", () => {
  it("request the planned resources, and keep paths out of the lines that Slurm reads", () => {
    const directives = contentOf("embed.sh").match(/^#SBATCH .*$/gm) as string[];
    expect(directives.map((line) => line.slice("#SBATCH ".length))).toEqual([
      ...["--job-name=shiftline-embed", "--array=0-7%3", "--partition=cpu", "--account=lab", "--nodes=1", "--ntasks=1"],
      ...["--cpus-per-task=4", "--mem=4096M", "--time=0-01:35:00", "--requeue", "--signal=B:USR1@120"],
      ...["--open-mode=append", "--output=logs/embed-%A_%a.log", "--qos=long"],
    ]);
    expect(contentOf("merge.sh")).not.toContain("--array");
  });

  it("give each task its share of the full array, also when it is submitted alone", () => {
    expect(contentOf("embed.sh")).toContain(
      `shiftline evaluate "--threads=$SLURM_CPUS_PER_TASK" "--shard=$SLURM_ARRAY_TASK_ID/8" '--out=/scratch/it'\\''s mine' -- '/models/a b' &`,
    );
    expect(contentOf("merge.sh")).not.toContain("--shard");
    expect(contentOf("report.sh")).toContain("shiftline report '--results=/scratch/it'\\''s mine' &");
  });

  it.skipIf(lacksShell)("are valid bash scripts", () => {
    for (const { content } of slurmScripts(plan)) {
      expect(spawnSync("bash", ["-n"], { input: content, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    }
  });

  it("refuse an option that sbatch would not recognize", () => {
    for (const wrong of ["qos=long", "--a\n#SBATCH --b"]) {
      expect(() => slurmScripts({ ...plan, sbatch: [wrong] })).toThrow(/not an sbatch option/);
    }
  });
});

describe.skipIf(lacksShell)("a task's script", () => {
  /** Runs embed.sh with a program that ends as specified, and an scontrol that records its arguments. */
  function startTask(program: string, restarts = 0): { child: ChildProcess; folder: string; status: Promise<number> } {
    const folder = temporaryFolder();
    writeTree(folder, {
      "bin/scontrol": '#!/bin/bash\necho "$@" > "$ASKED"\n',
      "bin/program": `#!/bin/bash\n${program}\n`,
    });
    for (const name of ["scontrol", "program"]) chmodSync(join(folder, "bin", name), 0o755);
    writeTree(folder, {
      "embed.sh": contentOf("embed.sh", { ...plan, cwd: folder, program: [join(folder, "bin", "program")], setup: [] }),
    });
    const child = spawn("bash", [join(folder, "embed.sh")], {
      stdio: "ignore",
      env: {
        PATH: `${join(folder, "bin")}:${process.env.PATH}`,
        ASKED: join(folder, "asked"),
        READY: join(folder, "ready"),
        SLURM_CPUS_PER_TASK: "4",
        SLURM_ARRAY_JOB_ID: "77",
        SLURM_ARRAY_TASK_ID: "7",
        SLURM_RESTART_COUNT: String(restarts),
      },
    });
    return { child, folder, status: new Promise((done) => child.on("close", (code) => done(code as number))) };
  }

  /** Like evaluate: on TERM it takes a moment to flush, then ends with 143. */
  const flushes = `trap 'sleep 0.3; echo flushed > "$READY.flushed"; exit 143' TERM\ntouch "$READY"\nwhile :; do sleep 0.05; done`;

  async function signaled(signal: NodeJS.Signals, restarts = 0) {
    const task = startTask(flushes, restarts);
    while (!existsSync(join(task.folder, "ready"))) await new Promise((done) => setTimeout(done, 20));
    task.child.kill(signal);
    const status = await task.status;
    const asked = join(task.folder, "asked");
    return {
      status,
      flushed: existsSync(join(task.folder, "ready.flushed")),
      asked: existsSync(asked) ? readFileSync(asked, "utf8").trim() : null,
    };
  }

  it("forwards the signal before the time limit, waits for the flush, and requeues only that task", async () => {
    expect(await signaled("SIGUSR1")).toEqual({ status: 143, flushed: true, asked: "requeue 77_7" });
  });

  it("forwards a cancellation, waits for the flush, and is not requeued", async () => {
    expect(await signaled("SIGTERM")).toEqual({ status: 143, flushed: true, asked: null });
  });

  it("is requeued after it was killed, a limited number of times", async () => {
    const first = startTask("kill -9 $$");
    expect(await first.status).toBe(137);
    expect(readFileSync(join(first.folder, "asked"), "utf8").trim()).toBe("requeue 77_7");
    const fourth = startTask("kill -9 $$", 3);
    expect(await fourth.status).toBe(137);
    expect(existsSync(join(fourth.folder, "asked"))).toBe(false);
    expect((await signaled("SIGUSR1", 50)).asked).toBe(null);
  });

  it("exits with the status of the program", async () => {
    for (const status of [0, 1, 70]) {
      const task = startTask(`exit ${status}`);
      expect(await task.status).toBe(status);
      expect(existsSync(join(task.folder, "asked"))).toBe(false);
    }
  });
});

describe.skipIf(lacksShell)("submit.sh", () => {
  it("submits the merge after the array in any state, the report after a successful merge, and nothing twice", async () => {
    const folder = temporaryFolder();
    await writeJobs(folder, slurmScripts(plan));
    writeTree(folder, { "bin/sbatch": '#!/bin/bash\necho "$@" >> asked\necho "$(wc -l < asked);cluster"\n' });
    chmodSync(join(folder, "bin", "sbatch"), 0o755);
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    const submit = () => execFileSync("bash", [join(folder, "submit.sh")], { env, encoding: "utf8", stdio: "pipe" });
    expect(submit()).toBe("submitted: embed 1, merge 2, report 3\n");
    expect(readFileSync(join(folder, "asked"), "utf8").trim().split("\n")).toEqual([
      "--parsable embed.sh",
      "--parsable --dependency=afterany:1 merge.sh",
      "--parsable --dependency=afterok:2 --kill-on-invalid-dep=yes report.sh",
    ]);
    expect(submit).toThrow(/already submitted as embed 1 merge 2 report 3/);
  });

  it("stops at the first refused job, and keeps the ids of accepted ones", async () => {
    const folder = temporaryFolder();
    await writeJobs(folder, slurmScripts(plan));
    writeTree(folder, { "bin/sbatch": '#!/bin/bash\n[[ "$*" == *merge.sh ]] && exit 1\necho 5\n' });
    chmodSync(join(folder, "bin", "sbatch"), 0o755);
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    expect(() => execFileSync("bash", [join(folder, "submit.sh")], { env, stdio: "pipe" })).toThrow();
    expect(readFileSync(join(folder, "jobs"), "utf8")).toBe("embed 5\n");
  });
});

describe("writeJobs", () => {
  it("keeps equal files, and refuses to overwrite different ones", async () => {
    const folder = temporaryFolder();
    await writeJobs(folder, slurmScripts(plan));
    await writeJobs(folder, slurmScripts(plan));
    const otherScripts = slurmScripts({ ...plan, account: "other" });
    await expect(writeJobs(folder, otherScripts)).rejects.toThrow(/embed\.sh: exists with different content/);
    expect(readFileSync(join(folder, "embed.sh"), "utf8")).toBe(contentOf("embed.sh"));
  });
});
