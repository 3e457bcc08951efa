import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { sharedFolder, temporaryFolder } from "../../helpers.ts";
import { endlessLoop } from "../../model/checkpoint/hostile-graphs.ts";
import { huggingFaceFolder, openClipFolder, wordTokenizer } from "../../model/checkpoint/tiny-checkpoint.ts";
import { descendantsOf, isRunning, mainThreadSeconds } from "./processes.ts";
import { checkpoints, cli, demo, root, shiftline, shiftlineProcess } from "./run-cli.ts";

// Maximum delay of a stop after its deadline, ms: Node's start, the plan and a loaded machine
const SLACK = 15_000;

const unix = describe.skipIf(process.platform === "win32");
const linux = describe.skipIf(process.platform !== "linux");

/** Evaluates on the demo images, with one template. */
function evaluation(checkpoint: string, out: string, ...more: string[]): string[] {
  const data = ["--data-dir", `imagenet=${demo}`, "--allow-incomplete", "--templates", "single-1"];
  return ["evaluate", checkpoint, ...data, "--out", out, ...more];
}

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** An endless command that has printed something or has been working for a while. */
async function startEndless(
  args: readonly string[],
  said: RegExp | null,
  onTestFinished: TestContext["onTestFinished"],
) {
  // On a loaded machine it may not reach its work before its deadline
  const words = [...args, "--timeout", "600"];
  const child = spawn(process.execPath, [cli, ...words], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  const heard = new Promise<void>((resolve) => {
    child.stderr.on("data", (data: Buffer) => {
      text += data;
      if (said?.test(text)) resolve();
    });
  });
  if (said !== null) await heard;
  else await isBusy(child.pid as number);
  if (said !== null) await after(1000); // well into the work
  return { child, ended: once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>, text: () => text };
}

/** Seconds of processor time after which a process is well past its start and plan, which take half a second. */
const INTO_THE_WORK = 1.5;

/** Waits until the worker process of this one is well into its work, which takes longer on a loaded machine. */
async function isBusy(pid: number): Promise<void> {
  if (process.platform !== "linux") return void (await after(4000));
  for (;;) {
    const [worker] = descendantsOf(pid);
    if (worker !== undefined && mainThreadSeconds(worker) > INTO_THE_WORK) return;
    await after(50);
  }
}

/** A tokenizer whose pattern tries all 4^40 ways of splitting a prompt into words. */
function backtrackingTokenizer(): string {
  const tokenizer = JSON.parse(wordTokenizer());
  tokenizer.pre_tokenizer = { type: "Split", pattern: { Regex: "((\\w+ ?)+ ?)+!" }, behavior: "Removed", invert: true };
  return JSON.stringify(tokenizer);
}

// The tests wait for deadlines and therefore run concurrently: these files are shared and made first
const folder = sharedFolder();
const endlessGraph = openClipFolder({ vision: { detour: endlessLoop() } }, join(folder, "graph"));
const endlessLater = openClipFolder({ vision: { detour: endlessLoop(5) } }, join(folder, "later"));
const endlessPattern = huggingFaceFolder(
  { files: { "tokenizer.json": backtrackingTokenizer() } },
  join(folder, "pattern"),
);
let runs = 0;
const freshOut = () => join(folder, String(++runs), "results");
const commandOn = (command: string, checkpoint: string) =>
  command === "inspect" ? [command, checkpoint] : evaluation(checkpoint, freshOut());

unix.concurrent("work without end", () => {
  it.for(["inspect", "evaluate"])(
    "in a graph is stopped by its deadline, which names the file: %s",
    { timeout: 60_000 },
    async (command, { expect }) => {
      const begun = performance.now();
      const result = await shiftlineProcess([...commandOn(command, endlessGraph), "--timeout", "2"]);
      expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
      expect(result.stderr).toContain(
        `shiftline: ${endlessGraph}/visual.onnx: one run of its graph did not end within 2 s and was stopped`,
      );
      expect(performance.now() - begun).toBeLessThan(2000 + SLACK);
    },
  );

  it("that begins during the images, in a thread, is stopped too", { timeout: 60_000 }, async ({ expect }) => {
    const result = await shiftlineProcess([...evaluation(endlessLater, freshOut()), "--timeout", "2"]);
    expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
    expect(result.stderr).toMatch(/visual\.onnx: one run of its graph did not end within 2 s/);
  });

  it.for(["inspect", "evaluate"])(
    "in a tokenizer's pattern is stopped by its deadline: %s",
    { timeout: 60_000 },
    async (command, { expect }) => {
      const result = await shiftlineProcess([...commandOn(command, endlessPattern), "--timeout", "2"]);
      expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
      expect(result.stderr).toMatch(/tokenizer\.json: tokenizing did not end within 2 s and was stopped/);
    },
  );

  it.for(["SIGINT", "SIGTERM"] as const)(
    "ends on a second %s at once, with its status",
    { timeout: 180_000 },
    async (name, { expect, onTestFinished }) => {
      const args = evaluation(endlessLater, freshOut());
      const { child, ended, text } = await startEndless(args, /images, |123 images/, onTestFinished);
      child.kill(name);
      await after(700); // later than a forwarded signal would arrive
      const begun = performance.now();
      child.kill(name);
      expect(await ended).toEqual([name === "SIGINT" ? 130 : 143, null]);
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(text()).toContain("press Ctrl-C again to stop now");
    },
  );

  it("that handles no signal ends on the first one", { timeout: 180_000 }, async ({ expect, onTestFinished }) => {
    const { child, ended, text } = await startEndless(evaluation(endlessPattern, freshOut()), null, onTestFinished);
    const begun = performance.now();
    child.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
    expect(performance.now() - begun).toBeLessThan(5000 + 3000); // it has five seconds to answer
    expect(text()).toMatch(/stopped by SIGTERM, which was not acknowledged/);
  });

  it("that hears no signal ends on four in a row at once", { timeout: 180_000 }, async ({ expect, onTestFinished }) => {
    const { child, ended } = await startEndless(evaluation(endlessPattern, freshOut()), null, onTestFinished);
    const begun = performance.now();
    for (const name of ["SIGINT", "SIGINT", "SIGTERM", "SIGTERM"] as const) child.kill(name);
    const [status] = await ended; // pending signals arrive in any order
    expect([130, 143]).toContain(status);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

linux.concurrent("a process that is blocked for ever", () => {
  it.for(["inspect", "evaluate"])(
    "ends when its parent, %s, is killed with SIGKILL",
    { timeout: 180_000 },
    async (command, { expect, onTestFinished }) => {
      const { child, ended } = await startEndless(commandOn(command, endlessPattern), null, onTestFinished);
      const below = descendantsOf(child.pid as number);
      expect(below).toHaveLength(1);
      child.kill("SIGKILL");
      await expect.poll(() => below.some(isRunning), { timeout: 5000 }).toBe(false);
      await ended;
    },
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
        for (const args of [["inspect", folder], evaluation(folder, join(folder, "../results"))]) {
          const result = await shiftline(args);
          expect(result).toMatchObject({ status: 1, signal: null, stdout: "" });
          // Missing files are reported as missing
          if (file.endsWith(".onnx")) expect(result.stderr).toContain(`${file}: expected a file, found ${kind}`);
        }
      }
    },
    60_000,
  );

  it("among the images is refused, or skipped with --skip-unreadable", async () => {
    const data = join(temporaryFolder(), "val");
    cpSync(demo, data, { recursive: true });
    const [folder] = readdirSync(data).sort();
    execFileSync("mkfifo", [join(data, folder as string, "AAA.JPEG")]);
    const args = evaluation(
      join(checkpoints, "vit-open-clip"),
      join(data, "../results"),
      "--data-dir",
      `imagenet=${data}`,
    );
    args.splice(args.indexOf("--data-dir"), 2);
    const stopped = await shiftline(args);
    expect(stopped).toMatchObject({ status: 1, signal: null });
    expect(stopped.stderr).toMatch(/AAA\.JPEG: expected a file, found a named pipe/);
    const skipped = await shiftline([...args, "--skip-unreadable"]);
    expect(skipped).toMatchObject({ status: 0, signal: null });
  }, 60_000);
});
