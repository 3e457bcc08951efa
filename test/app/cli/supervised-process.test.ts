import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MALLOC_ENV } from "../../../src/app/cli/supervised-process.ts";
import { temporaryFolder } from "../../helpers.ts";
import { childrenOf, isRunning } from "./processes.ts";
import { cli, demoRun, root, shiftlineProcess } from "./run-cli.ts";

const linux = describe.skipIf(process.platform !== "linux");

linux("a sweep", () => {
  it("runs with memory returned to the system, stops like a run of one checkpoint, and resumes", async () => {
    const out = join(temporaryFolder(), "results");
    const args = [...demoRun(out, "vit-open-clip", "hf-split"), "--part-size", "8", "--batch-size", "4"];
    const stopped = await shiftlineProcess(args, {
      killAt: (text) => (/prompts \d/.test(text) ? "SIGINT" : undefined),
    });
    expect(stopped.stderr.match(/run the same command again to continue/g)).toHaveLength(1);
    expect(stopped.status).toBe(130);
    const ended = await shiftlineProcess(args);
    expect(ended).toMatchObject({ status: 0, signal: null });
    expect(ended.stdout).toMatch(/vit-open-clip[\s\S]*hf-split/);
    expect((await shiftlineProcess([...args, "--class-names", "nonsense"])).status).toBe(1);
  }, 90_000);

  it("counts a signal to the whole group, which is also forwarded, once", async () => {
    const out = join(temporaryFolder(), "results");
    const args = [...demoRun(out, "vit-open-clip", "hf-split"), "--part-size", "8", "--batch-size", "4"];
    const parent = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    let sent = false;
    parent.stderr.on("data", (data: Buffer) => {
      text += data;
      if (sent || !/prompts \d/.test(text)) return;
      sent = true;
      for (const pid of [...childrenOf(parent.pid as number), parent.pid as number]) process.kill(pid, "SIGTERM");
    });
    const [status, signal] = await once(parent, "close");
    expect([status, signal]).toEqual([143, null]);
    expect(text.match(/run the same command again to continue/g)).toHaveLength(1);
  }, 60_000);

  it("ends with the process that started it, even if that is killed with SIGKILL", async () => {
    const out = join(temporaryFolder(), "results");
    const args = [...demoRun(out, "vit-open-clip", "hf-split"), "--batch-size", "4"];
    const parent = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve) => {
      let text = "";
      parent.stderr.on("data", (data: Buffer) => {
        text += data;
        if (/prompts \d/.test(text)) resolve();
      });
    });
    const [child] = childrenOf(parent.pid as number);
    const environment = readFileSync(`/proc/${child}/environ`, "utf8").split("\0");
    for (const [name, value] of Object.entries(MALLOC_ENV)) expect(environment).toContain(`${name}=${value}`);
    parent.kill("SIGKILL");
    await expect.poll(() => isRunning(child as number), { timeout: 10_000 }).toBe(false);
  }, 60_000);
});

linux("onnxruntime", () => {
  it("sends no telemetry about models, and leaves nothing in the user's folders", async () => {
    const home = temporaryFolder();
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, ".cache"), TMPDIR: home };
    delete env.ORT_DISABLE_TELEMETRY; // of the test process, which loads onnxruntime too
    const args = [cli, ...demoRun(join(temporaryFolder(), "results"), "vit-open-clip"), "--limit", "8", "--quiet"];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: "ignore" });
    const status = await new Promise((resolve) => child.once("exit", resolve));
    expect(status).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  }, 60_000);
});
