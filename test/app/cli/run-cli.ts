import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "../../helpers.ts";

export const root = join(import.meta.dirname, "../../..");
export const cli = join(root, "dist", "cli.js");
export const checkpoints = join(fixtures, "checkpoints");
export const demo = join(fixtures, "demo", "imagenet", "val");

if (!existsSync(cli)) throw new Error("dist/cli.js is not there: run the tests with npm test, which builds it");

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user would. `killAt` sees what it has said so far, and may send it a signal, once. */
export function shiftline(
  args: readonly string[],
  options: { readonly cwd?: string; readonly killAt?: (stderr: string) => NodeJS.Signals | undefined } = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: options.cwd ?? root });
    let stdout = "";
    let stderr = "";
    let killed = false;
    child.stdout.on("data", (data: Buffer) => {
      stdout += data;
    });
    child.stderr.on("data", (data: Buffer) => {
      stderr += data;
      const signal = killed ? undefined : options.killAt?.(stderr);
      if (signal === undefined) return;
      killed = true;
      child.kill(signal);
    });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/** The options that evaluate a fixture checkpoint on the demo images, with seven templates. */
export function demoRun(out: string, ...names: string[]): string[] {
  return [
    "evaluate",
    ...names.map((name) => join(checkpoints, name)),
    ...["--data-dir", `imagenet=${demo}`, "--allow-incomplete", "--templates", "simple-7", "--out", out],
  ];
}
