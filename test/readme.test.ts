import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../src/app/cli/command-line.ts";
import { withConfigFile } from "../src/app/cli/config-file.ts";
import { checkpoints, demo, shiftline } from "./app/cli/run-cli.ts";
import { fixtures, temporaryFolder, writeTree } from "./helpers.ts";

const root = join(import.meta.dirname, "..");
/** Every benchmark, with a few images of each. */
const sketches = join(fixtures, "sketches", "root");

describe("the README", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");

  it("shows library use that runs as it stands", () => {
    const code = /<!-- run by test\/readme\.test\.ts -->\n```ts\n([\s\S]*?)```/.exec(text)?.[1];
    expect(code).toBeDefined();
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", code as string], {
      cwd: root,
      encoding: "utf8",
    });
    expect(output).toBe("zebra\n");
  });

  it("goes from a checkpoint to the table of a paper in at most six commands that run", async () => {
    const block = /## From a checkpoint to the table of a paper[\s\S]*?```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    const lines = block.trim().split("\n");
    expect(lines.length).toBeLessThanOrEqual(6);
    const cwd = temporaryFolder();
    for (const line of lines) {
      const words = line.replace(/ +#.*/, "").split(" ").slice(2);
      const here = words.map((word) =>
        word === "checkpoints/mine" ? join(checkpoints, "hf-combined") : word === "/data" ? sketches : word,
      );
      // Of each set a few images are at hand, and one template is enough to see the commands work
      const cheap =
        { evaluate: ["--allow-incomplete", "--templates", "single-1"], report: ["--no-figures"] }[here[0] as string] ??
        [];
      const { status, stderr } = await shiftline([...here, ...cheap, "--quiet"], { cwd });
      expect(status, `${line}\n${stderr}`).toBe(0);
    }
    const table = readFileSync(join(cwd, "table.tex"), "utf8");
    expect(table).toContain("checkpoint & IN & IN-V2 & IN-R & IN-Sketch & IN-A & ObjectNet & Avg.");
    expect(readFileSync(join(cwd, "table.bib"), "utf8")).toContain("@inproceedings{barbu2019objectnet,");
    expect(readFileSync(join(cwd, "results", "report.html"), "utf8")).toContain("hf-combined");
  }, 60_000);

  it("shows a file of options that evaluate takes", async () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    const file = join(writeTree(temporaryFolder(), { "sweep.yaml": yaml.replace(/^ {2}/gm, "") }), "sweep.yaml");
    const words = await withConfigFile(
      ["evaluate", "--config", file],
      buildProgram(async () => true),
    );
    expect(words).toEqual([
      ...["evaluate", "--data=/data", "--data-dir=imagenet=/data/val", "--templates=openai-80", "--templates=simple-7"],
      ...["--protocol=objectnet=objectnet-names", "--allow-incomplete", "--config", file, "--"],
      ...["checkpoints/a", "checkpoints/b"],
    ]);
  });

  it("describes a benchmark of one's own that works as it is described", async () => {
    const section = text.slice(text.indexOf("## Your own benchmark"), text.indexOf("## How we know it is right"));
    // Each block goes into the file that is named before it, and nothing else does
    const blocks = [...section.matchAll(/`(fruit\/[\w.]+)`[^`]*?```(?:json|csv)\n([\s\S]*?)```/g)];
    expect(blocks.map(([, name]) => name)).toEqual(["fruit/fruit.json", "fruit/classes.csv", "fruit/names.csv"]);
    const folder = temporaryFolder();
    writeTree(folder, Object.fromEntries(blocks.map(([, name, content]) => [name, content])) as Record<string, string>);
    for (const [fruit, wnid] of [
      ["banana", "n07753592"],
      ["lemon", "n07749582"],
    ] as const) {
      cpSync(join(demo, wnid), join(folder, "fruit", "photos", fruit), { recursive: true });
    }
    const checkpoint = join(checkpoints, "vit-open-clip");
    const args = ["--benchmark", join(folder, "fruit", "fruit.json"), "--out", join(folder, "results"), "--json"];
    const { status, stdout, stderr } = await shiftline(["evaluate", checkpoint, ...args]);
    expect(stderr).not.toMatch(/shiftline: /);
    expect(status).toBe(0);
    const [result] = JSON.parse(stdout);
    expect(result).toMatchObject({
      benchmark: "fruit",
      protocol: "top-1",
      templates: "openai-80",
      class_names: "names",
      n: 4,
    });
    expect(result.metrics.map((metric: { metric: string }) => metric.metric)).toEqual([
      "top1",
      "mean_per_class_recall",
    ]);
    expect(result.metrics[0].correct).toBeGreaterThanOrEqual(3);
  }, 30_000);

  it("names the commands that need nothing but Node", () => {
    expect(text).toContain("npm start");
    expect(text).toContain("npm test");
  });

  it("has a reason for every package it stands on", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
    const table = text.slice(text.indexOf("## What it stands on"), text.indexOf("## Results that changed"));
    for (const name of Object.keys(dependencies)) expect(table).toContain(name);
  });
});
