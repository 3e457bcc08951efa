import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { endlessLoop } from "../../model/checkpoint/hostile-graphs.ts";
import { huggingFaceFolder, openClipFolder, wordTokenizer } from "../../model/checkpoint/tiny-checkpoint.ts";
import { descendantsOf, isRunning } from "./processes.ts";
import { checkpoints, cli, demo, root, shiftline, shiftlineProcess } from "./run-cli.ts";

// Node's start, the plan and a loaded machine: what is stopped takes this at most beyond its deadline, ms
const SLACK = 15_000;

const unix = describe.skipIf(process.platform === "win32");
const linux = describe.skipIf(process.platform !== "linux");

/** Evaluates on the demo images, with one template. */
function evaluation(checkpoint: string, ...more: string[]): string[] {
  const out = join(temporaryFolder(), "results");
  const data = ["--data-dir", `imagenet=${demo}`, "--allow-incomplete", "--templates", "single-1"];
  return ["evaluate", checkpoint, ...data, "--out", out, ...more];
}

/** A command that goes on without end, once it has said something, or after a while. */
async function startEndless(args: readonly string[], said: RegExp | null) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  const heard = new Promise<void>((resolve) => {
    child.stderr.on("data", (data: Buffer) => {
      text += data;
      if (said?.test(text)) resolve();
    });
  });
  const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await (said === null ? after(3000) : heard);
  await after(1000); // into the work itself
  return { child, ended: once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>, text: () => text };
}

/** A tokenizer whose pattern tries every way of cutting a prompt into words, of which there are 4^40. */
function backtrackingTokenizer(): string {
  const tokenizer = JSON.parse(wordTokenizer());
  tokenizer.pre_tokenizer = { type: "Split", pattern: { Regex: "((\\w+ ?)+ ?)+!" }, behavior: "Removed", invert: true };
  return JSON.stringify(tokenizer);
}

unix("work without end", () => {
  it("in a graph is stopped by its deadline, which names the file", async () => {
    const checkpoint = openClipFolder({ vision: { detour: endlessLoop() } });
    for (const args of [["inspect", checkpoint], evaluation(checkpoint)]) {
      const begun = performance.now();
      const result = await shiftlineProcess([...args, "--timeout", "2"]);
      expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
      expect(result.stderr).toContain(
        `shiftline: ${checkpoint}/visual.onnx: one run of its graph did not end within 2 s, so it was stopped`,
      );
      expect(performance.now() - begun).toBeLessThan(2000 + SLACK);
    }
  }, 60_000);

  it("that begins amid the images, in a thread, is stopped too", async () => {
    const checkpoint = openClipFolder({ vision: { detour: endlessLoop(5) } });
    const result = await shiftlineProcess([...evaluation(checkpoint), "--timeout", "2"]);
    expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
    expect(result.stderr).toMatch(/visual\.onnx: one run of its graph did not end within 2 s/);
  }, 60_000);

  it("in a tokenizer's pattern is stopped by its deadline", async () => {
    const checkpoint = huggingFaceFolder({ files: { "tokenizer.json": backtrackingTokenizer() } });
    for (const args of [["inspect", checkpoint], evaluation(checkpoint)]) {
      const result = await shiftlineProcess([...args, "--timeout", "2"]);
      expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
      expect(result.stderr).toMatch(/tokenizer\.json: tokenizing did not end within 2 s, so it was stopped/);
    }
  }, 60_000);

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends on a second %s at once, with its status",
    async (name) => {
      const checkpoint = openClipFolder({ vision: { detour: endlessLoop(5) } });
      const { child, ended, text } = await startEndless(evaluation(checkpoint), /images, |123 images/);
      child.kill(name);
      await new Promise((resolve) => setTimeout(resolve, 700)); // later than one that was handed on would come
      const begun = performance.now();
      child.kill(name);
      expect(await ended).toEqual([name === "SIGINT" ? 130 : 143, null]);
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(text()).toContain("once more to stop at once");
    },
    60_000,
  );

  it("that hears no signal ends on the first one, and four in a row are no more than that", async () => {
    const checkpoint = huggingFaceFolder({ files: { "tokenizer.json": backtrackingTokenizer() } });
    const { child, ended, text } = await startEndless(evaluation(checkpoint), null);
    const begun = performance.now();
    child.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
    expect(performance.now() - begun).toBeLessThan(5000 + 3000); // it is given five seconds to answer
    expect(text()).toMatch(/stopped by SIGTERM, which was not answered/);

    const second = await startEndless(evaluation(checkpoint), null);
    const again = performance.now();
    for (const name of ["SIGINT", "SIGINT", "SIGTERM", "SIGTERM"] as const) second.child.kill(name);
    const [status] = await second.ended; // signals that wait together come in no order
    expect([130, 143]).toContain(status);
    expect(performance.now() - again).toBeLessThan(3000);
  }, 60_000);
});

linux("a process that is blocked for ever", () => {
  it.each(["inspect", "evaluate"])(
    "ends when %s, which started it, is killed outright",
    async (command) => {
      const checkpoint = huggingFaceFolder({ files: { "tokenizer.json": backtrackingTokenizer() } });
      const args = command === "inspect" ? [command, checkpoint] : evaluation(checkpoint);
      const { child, ended } = await startEndless(args, null);
      const below = descendantsOf(child.pid as number);
      expect(below).toHaveLength(1);
      child.kill("SIGKILL");
      await expect.poll(() => below.some(isRunning), { timeout: 5000 }).toBe(false);
      await ended;
    },
    60_000,
  );
});

unix("a named pipe or a device", () => {
  const copied = () => {
    const folder = join(temporaryFolder(), "copy");
    cpSync(join(checkpoints, "hf-split"), folder, { recursive: true });
    return folder;
  };

  it.each([
    ["graph", "onnx/vision_model.onnx"],
    ["tokenizer", "tokenizer.json"],
    ["configuration", "preprocessor_config.json"],
  ])(
    "in the place of a checkpoint's %s is refused",
    async (_, file) => {
      for (const [kind, place] of [
        ["a named pipe", (path: string) => execFileSync("mkfifo", [path])],
        ["a device", (path: string) => symlinkSync("/dev/zero", path)],
      ] as const) {
        const folder = copied();
        execFileSync("rm", [join(folder, file)]);
        place(join(folder, file));
        for (const args of [["inspect", folder], evaluation(folder)]) {
          const result = await shiftline(args);
          expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
          // What is not there is reported as missing
          if (file.endsWith(".onnx")) expect(result.stderr).toContain(`${file}: expected a file, found ${kind}`);
        }
      }
    },
    60_000,
  );

  it("among the images is refused, or skipped where that is asked for", async () => {
    const data = join(temporaryFolder(), "val");
    cpSync(demo, data, { recursive: true });
    const [folder] = readdirSync(data).sort();
    execFileSync("mkfifo", [join(data, folder as string, "AAA.JPEG")]);
    const args = evaluation(join(checkpoints, "vit-open-clip"), "--data-dir", `imagenet=${data}`);
    args.splice(args.indexOf("--data-dir"), 2);
    const stopped = await shiftline(args);
    expect(stopped).toMatchObject({ status: 1, signal: null });
    expect(stopped.stderr).toMatch(/AAA\.JPEG: expected a file, found a named pipe/);
    const skipped = await shiftline([...args, "--skip-unreadable"]);
    expect(skipped).toMatchObject({ status: 0, signal: null });
  }, 60_000);
});
