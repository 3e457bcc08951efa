import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkExports } from "../../../src/evaluation/evaluate/check-exports.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../../src/model/onnx/runtime.ts";
import { temporaryFolder } from "../../helpers.ts";
import { node } from "../../model/checkpoint/make-onnx.ts";
import { openClipConfig, openClipFolder } from "../../model/checkpoint/tiny-checkpoint.ts";
import { checkpoints, demo, quickRun, shiftline } from "./run-cli.ts";

const wrongEnd = "captions that differ only at their end differ";
const runtime: Runtime = { provider: "cpu", precision: "float32", threads: 1 };

describe("an unsound export", () => {
  it("is not evaluated, planned or embedded: the message names what failed and how to proceed", async () => {
    const out = join(temporaryFolder(), "results");
    for (const more of [[], ["--dry-run"], ["--shard", "0/2"], ["--merge-only"]]) {
      const { status, stderr, stdout } = await shiftline([...quickRun(out, "wrong-eot"), "--quiet", ...more]);
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(
        new RegExp(
          `wrong-eot: the export is unsound: "${wrongEnd}" failed: .*wrong end-of-text token.*--allow-unsound`,
        ),
      );
    }
    expect(existsSync(out)).toBe(false);
    expect(existsSync(join(out, "..", ".shiftline"))).toBe(false);
  });

  it("is scored under --allow-unsound, with a warning on stderr, in run.json, in --json and under the table", async () => {
    const out = join(temporaryFolder(), "results");
    const args = [...quickRun(out, "wrong-eot"), "--allow-unsound", "--quiet"];
    const table = await shiftline(args);
    expect(table.status).toBe(0);
    const warning = new RegExp(`wrong-eot: failed check: ${wrongEnd}: they do not differ`);
    expect(table.stderr).toMatch(warning);
    expect(table.stdout).toMatch(warning);
    const results = JSON.parse((await shiftline([...args, "--json"])).stdout);
    for (const { warnings, folder } of results) {
      expect(warnings).toContainEqual(expect.stringMatching(warning)); // and that it is not above chance level
      expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).warnings).toEqual(warnings);
    }
  });

  it("stops a command before its other checkpoints take time, and all unsound ones are named", async () => {
    const mixing = openClipFolder({ vision: { mixes: true } });
    const constant = openClipFolder({ text: { tail: (x, y) => ({ nodes: [node("Sub", [x, x], y)] }) } });
    const sound = openClipFolder();
    const args = ["evaluate", mixing, sound, constant, "--data-dir", `imagenet=${demo}`, "--allow-incomplete"];
    const out = join(temporaryFolder(), "results");
    const { status, stderr } = await shiftline([...args, "--out", out, "--quiet"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/"image embeddings do not depend on the batch" failed/);
    expect(stderr).toMatch(/"text embeddings have a length" failed: an embedding is all zeros/);
    expect(stderr).not.toContain(sound);
    expect(existsSync(out)).toBe(false);
  });

  it("a check with a warning does not stop it, and the warning stays with its results", async () => {
    const config = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, quick_gelu: true } };
    const folder = openClipFolder({ vision: { activation: "GELU" }, text: { activation: "QuickGELU" }, config });
    const args = ["--data-dir", `imagenet=${demo}`, "--allow-incomplete", "--templates", "single-1", "--quiet"];
    const out = join(temporaryFolder(), "results");
    const { status, stdout, stderr } = await shiftline(["evaluate", folder, ...args, "--out", out]);
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: .*: check: image activation: .*states QuickGELU/),
    ]);
    expect(stdout).toMatch(/! warning: .*check: image activation/);
  });

  it("every committed fixture that is scored is sound", async () => {
    const names = readdirSync(checkpoints).filter((name) => existsSync(join(checkpoints, `${name}.expected.csv`)));
    expect(names.length).toBeGreaterThanOrEqual(9);
    const opened = await Promise.all(names.map((name) => openCheckpoint(join(checkpoints, name))));
    const options = { runtime, allowUnsound: false, memory: temporaryFolder(), remember: true };
    expect(await checkExports(opened, options)).toEqual([]);
  });
});

describe("passed checks are remembered", () => {
  const optionsFor = (memory: string) => ({ runtime, allowUnsound: false, memory, remember: true });

  /** A checkpoint that counts how often it is run. */
  async function counted(folder: string, settings?: string) {
    const checkpoint = await openCheckpoint(folder);
    let runs = 0;
    const runExport: typeof checkpoint.runExport = (options) => {
      runs++;
      return checkpoint.runExport(options);
    };
    const exportSettings = settings ?? checkpoint.exportSettings;
    return { checkpoint: { ...checkpoint, exportSettings, runExport }, runs: () => runs };
  }

  it("by content and settings, and damaged records are ignored", async () => {
    const memory = temporaryFolder();
    const { checkpoint, runs } = await counted(openClipFolder());
    for (let i = 0; i < 3; i++) expect(await checkExports([checkpoint], optionsFor(memory))).toEqual([]);
    expect(runs()).toBe(1);
    const twin = await counted(openClipFolder());
    await checkExports([twin.checkpoint], optionsFor(memory));
    expect(twin.runs()).toBe(0);
    const padded = await counted(openClipFolder(), "another padding");
    await checkExports([padded.checkpoint], optionsFor(memory));
    expect(padded.runs()).toBe(1);

    const [name = ""] = readdirSync(memory).filter((file) => file.endsWith(".json"));
    const whole = readFileSync(join(memory, name), "utf8");
    const damages = [
      whole.slice(0, -20),
      "",
      "[]",
      whole.replace('"image":4', '"image":5'),
      whole.replace(/"key":"./, '"key":"z'),
    ];
    for (const [i, damage] of damages.entries()) {
      for (const file of readdirSync(memory)) writeFileSync(join(memory, file), damage);
      const again = await counted(openClipFolder());
      await checkExports([again.checkpoint], optionsFor(memory));
      expect([i, again.runs()]).toEqual([i, 1]);
    }
  });

  it("not after a failed check, and not by commands that must write nothing", async () => {
    const memory = join(temporaryFolder(), "checks");
    const mixing = await counted(openClipFolder({ vision: { mixes: true } }));
    const allowed = { ...optionsFor(memory), allowUnsound: true };
    expect((await checkExports([mixing.checkpoint], allowed)).length).toBe(1);
    expect((await checkExports([mixing.checkpoint], allowed)).length).toBe(1);
    expect(mixing.runs()).toBe(2);
    const { checkpoint } = await counted(openClipFolder());
    await checkExports([checkpoint], { ...optionsFor(memory), remember: false });
    expect(existsSync(memory)).toBe(false);
  });
});
