import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { checkpoints, demo, demoRun, quickRun, shiftline, shiftlineProcess } from "./run-cli.ts";

const out = () => join(temporaryFolder(), "results");
const place = (results: string, checkpoint: string, benchmark = "imagenet", prompts = "single-1") =>
  join(results, checkpoint, benchmark, "1000", prompts);
const rows = (results: string) => readFileSync(join(results, "accuracies.csv"), "utf8").trim().split("\n").slice(1);

describe("evaluate with one failing result", () => {
  it("scores, writes and prints the others, then names it and exits with status 1", async () => {
    const results = out();
    const two = demoRun(results, "vit-open-clip", "hf-split");
    writeTree(place(results, "vit-open-clip", "imagenet", ""), { "simple-7": "a file of the user's" });
    const run = await shiftline([...two, "--quiet"]);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /^shiftline: \S+simple-7\S*: cannot write: .* \(failed: vit-open-clip on imagenet 1000, simple-7\)$/m,
    );
    const [accuracies = "", controls = ""] = run.stdout.split("\n\n");
    expect(accuracies).toMatch(/^checkpoint +IN\n.*\nhf-split +86\.99° \(79\.7–92\.4\)$/m); // vit-open-clip has no row
    expect(controls).toMatch(/^checkpoint +IN \(IN-R classes\) .*\n.*\n\S+ +9\d\.\d\d.*\n\S+ +9\d\.\d\d/m);
    expect(controls).toMatch(/^vit-open-clip +93\.90/m);
    expect(controls).toMatch(/^hf-split +95\.12◆/m);
    expect(run.stdout).toMatch(/^° IN \(IN-R classes\): 82 of 10,000 images$/m);
    expect(existsSync(join(place(results, "hf-split", "imagenet", "simple-7"), "metrics.json"))).toBe(true);
    expect(rows(results).filter((row) => row.startsWith("hf-split,imagenet,1000,"))).toHaveLength(3);
    expect(rows(results).filter((row) => row.startsWith("vit-open-clip,imagenet,1000,"))).toEqual([]);
    expect(rows(results).filter((row) => row.startsWith("vit-open-clip,imagenet,imagenet-r,"))).toHaveLength(3);
    const json = await shiftline([...two, "--quiet", "--json"]);
    const whole = JSON.parse(json.stdout).filter(({ protocol }: { protocol: string }) => protocol === "1000");
    expect(whole).toMatchObject([{ checkpoint: "hf-split", n: 123 }]);
    expect(json.status).toBe(1);
  }, 120_000);

  it("warns about a torn or newer metrics.json of another checkpoint, and keeps its rows in accuracies.csv", async () => {
    const results = out();
    expect((await shiftline(quickRun(results, "hf-split"))).status).toBe(0);
    const before = rows(results);
    for (const damage of ['{"schema": 1, "checkpoint": "hf-split", ', '{"schema": 2, "results": []}\n']) {
      writeFileSync(join(place(results, "hf-split"), "metrics.json"), damage);
      const run = await shiftline([...quickRun(results, "vit-open-clip"), "--quiet"]);
      expect(run.stderr).toMatch(/^warning: \S+hf-split\S+metrics\.json: .*; accuracies\.csv keeps its rows$/m);
      expect(run.status).toBe(0);
      expect(run.stdout).toMatch(/^vit-open-clip +\d\d\.\d\d°/m);
      expect(rows(results).filter((row) => row.startsWith("hf-split,"))).toEqual(before);
      expect(rows(results).filter((row) => row.startsWith("vit-open-clip,"))).toHaveLength(before.length);
    }
  }, 120_000);

  it("refuses at the start to replace the user's accuracies.csv", async () => {
    const results = out();
    const userTable = "model,benchmark,accuracy\nmine,imagenet,0.5\n";
    writeTree(results, { "accuracies.csv": userTable });
    const run = await shiftline(quickRun(results, "vit-open-clip"));
    expect(run.stderr).toMatch(/accuracies\.csv: not an accuracies\.csv of evaluate, .*it is not overwritten: move it/);
    expect([run.status, readdirSync(results)]).toEqual([1, ["accuracies.csv"]]);
    expect(readFileSync(join(results, "accuracies.csv"), "utf8")).toBe(userTable);
  }, 30_000);

  it("scores a sound benchmark when another has an unreadable image", async () => {
    const results = out();
    const broken = join(temporaryFolder(), "val");
    cpSync(demo, broken, { recursive: true });
    const folder = join(broken, readdirSync(broken).sort()[0] as string);
    writeFileSync(join(folder, readdirSync(folder)[0] as string), "no image");
    const run = await shiftline([
      ...["evaluate", join(checkpoints, "vit-open-clip"), join(checkpoints, "hf-split"), "--out", results],
      ...["--data-dir", `imagenet-v2=${broken}`, "--data-dir", `imagenet=${demo}`],
      ...["--allow-incomplete", "--templates", "single-1", "--part-size", "8"],
    ]);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /^shiftline: .*--skip-unreadable \(failed: vit-open-clip on imagenet-v2, hf-split on imagenet-v2\)$/m,
    );
    expect(run.stderr).toMatch(
      /^note: vit-open-clip on imagenet-v2, hf-split on imagenet-v2 failed, the rest continues: /m,
    );
    expect(run.stdout).toMatch(/^checkpoint +IN$/m);
    expect(rows(results).filter((row) => row.split(",")[2] === "1000")).toHaveLength(6);
    expect(rows(results).every((row) => row.split(",")[1] === "imagenet")).toBe(true);
  }, 120_000);

  it("leaves out a protocol at the start if no sampled image belongs to its classes", async () => {
    const results = out();
    const run = await shiftline([
      ...["evaluate", join(checkpoints, "vit-open-clip"), "--data-dir", `imagenet=${demo}`],
      ...["--limit", "1", "--templates", "single-1", "--out", results],
    ]);
    expect(run.status, run.stderr).toBe(0);
    const left = run.stderr.match(
      /^note: imagenet, protocol \S+: left out, because none of the 1 sampled images belongs to its classes$/gm,
    );
    expect(left?.length).toBeGreaterThan(0);
    expect(run.stderr.indexOf("sampled images")).toBeLessThan(run.stderr.indexOf("prompts "));
    expect(run.stdout).toMatch(/^° IN: 1 of 50,000 images$/m);
    const limits = ["2", "3", "5", "8"].map((limit) =>
      shiftline([
        ...["evaluate", join(checkpoints, "vit-open-clip"), "--data-dir", `imagenet=${demo}`, "--dry-run"],
        ...["--limit", limit, "--templates", "single-1", "--out", out()],
      ]),
    );
    for (const result of await Promise.all(limits)) expect(result.status, result.stderr).toBe(0);
  }, 120_000);

  it("keeps an empty folder that existed before, and removes one that it made", async () => {
    const results = out();
    const missing = [...quickRun(results, "vit-open-clip"), "--merge-only"];
    expect((await shiftline(missing)).status).toBe(1);
    expect(existsSync(results)).toBe(false);
    mkdirSync(results);
    expect((await shiftline(missing)).status).toBe(1);
    expect(existsSync(results)).toBe(true);
    const stopped = await shiftlineProcess(demoRun(results, "vit-open-clip"), {
      killAt: (text) => (/prompts \d/.test(text) ? "SIGINT" : undefined),
    });
    expect([stopped.status, existsSync(results)]).toEqual([130, true]);
  }, 60_000);
});
