import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { demoRun, shiftline } from "./run-cli.ts";

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe("submit slurm", () => {
  it("sizes the jobs by one short trial, and does not overwrite different files", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    const [, ...sweep] = demoRun(out, "vit-open-clip");
    const submit = (...more: string[]) => shiftline(["submit", "slurm", ...sweep, "--cpus", "1", ...more]);
    const jobs = join(folder, ".shiftline", "jobs", "slurm");
    const first = await submit();
    expect(first.stderr).toMatch(/1 task of 1 CPUs, \d+ MiB and 1[1-9] minutes; written to/);
    expect(first.stdout).toBe(`bash ${join(jobs, "submit.sh")}\n`);
    expect(first.status).toBe(0);
    const written = contents(jobs);
    expect(Object.keys(written).sort()).toEqual(["embed.sh", "merge.sh", "plan.json", "report.sh", "submit.sh"]);
    expect(existsSync(join(folder, ".shiftline", "store"))).toBe(false);
    expect((await submit()).status).toBe(0);
    expect(contents(jobs)).toEqual(written);
    const otherPartition = await submit("--partition", "gpu");
    expect(otherPartition.stderr).toMatch(/plan\.json: exists with different content; delete the folder/);
    expect(otherPartition.status).toBe(1);
    expect(contents(jobs)).toEqual(written);
  }, 120_000);

  it("checks the sweep's inputs first, also without a trial", async () => {
    const [, ...sweep] = demoRun(join(temporaryFolder(), "results"), "vit-open-clip");
    const size = ["--shards", "2", "--memory", "1024", "--time", "10"];
    const bad = await shiftline(["submit", "slurm", ...sweep, ...size, "--templates", "openai-81"]);
    expect(bad.stderr).toMatch(/unknown template set "openai-81"/);
    expect(bad.status).toBe(1);
  }, 60_000);
});

describe("submit kubernetes", () => {
  const kubernetes = (...more: string[]) =>
    shiftline([
      "submit",
      "kubernetes",
      "/models/a",
      "--data",
      "/data",
      "--out",
      "/vol/results",
      "--image",
      "i:1",
      ...more,
    ]);

  it("writes the Jobs and the script that applies them", async () => {
    const jobs = join(temporaryFolder(), "jobs");
    const claims = ["--claim", "work=/vol", "--read-only-claim", "data=/data"];
    const { status, stdout } = await kubernetes(...claims, "--shards", "12", "--jobs", jobs, "--allow-unsound");
    expect(stdout).toBe(`bash ${join(jobs, "apply.sh")}\n`);
    expect(status).toBe(0);
    expect(readdirSync(jobs).sort()).toEqual(["apply.sh", "embed.json", "merge.json"]);
    expect(readFileSync(join(jobs, "embed.json"), "utf8")).toContain('"completions": 12');
    for (const task of ["embed.json", "merge.json"]) {
      expect(readFileSync(join(jobs, task), "utf8")).toContain("--allow-unsound");
    }
  });

  it("refuses an --out or a store that pods could not share, and names Kubernetes would not take", async () => {
    const jobs = ["--jobs", join(temporaryFolder(), "jobs")];
    expect((await kubernetes(...jobs)).stderr).toMatch(/--out \/vol\/results: not below the mount path of a --claim/);
    const readOnly = await kubernetes(...jobs, "--read-only-claim", "work=/vol");
    expect(readOnly.stderr).toMatch(/--out \/vol\/results: not below the mount path of a --claim/);
    const store = await kubernetes(...jobs, "--claim", "work=/vol", "--store", "/tmp/store");
    expect(store.stderr).toMatch(/--store \/tmp\/store: not below/);
    expect((await kubernetes(...jobs, "--claim", "Work=/vol")).stderr).toMatch(/"Work": not the name of a persistent/);
    expect((await kubernetes(...jobs, "--claim", "work=work")).stderr).toMatch(/expected an absolute path/);
    expect((await kubernetes(...jobs, "--claim", "work=/vol", "--job-name", "A b")).stderr).toMatch(/"A b": expected/);
  }, 60_000);
});
