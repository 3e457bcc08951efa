import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface ChildResult {
  readonly stdout: string;
  /** from start to end of the process */
  readonly seconds: number;
}

/**
 * Runs a program from the project's folder and waits for it.
 *
 * @throws if it does not end with status 0, with what it wrote to stderr
 */
export function runChild(command: string, args: readonly string[]): ChildResult {
  const begun = performance.now();
  const result = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - begun) / 1000;
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}\n${result.stderr.slice(-4000)}`);
  return { stdout: result.stdout, seconds };
}

/** Runs one of bench/peers/*.mjs in a separate Node process without tsx, and reads the JSON of its last line. */
export function runNode<T>(script: string, args: readonly string[]): T {
  return lastJson(runChild(process.execPath, [`bench/peers/${script}`, ...args]).stdout) as T;
}

/** Path of Python in the environment that SHIFTLINE_ORACLE names; null without it. */
export function findPython(): string | null {
  const venv = process.env.SHIFTLINE_ORACLE;
  return venv === undefined || venv === "" ? null : `${venv}/bin/python`;
}

export function lastJson(stdout: string): unknown {
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

/** Runs another benchmark on this terminal. @throws if it fails */
export function runBench(name: string, args: readonly string[]): void {
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  const { status } = spawnSync(process.execPath, [tsx, join("bench", `${name}.ts`), ...args], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`${name} ended with status ${status}`);
}
