import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "../../helpers.ts";

export const root = join(import.meta.dirname, "../../..");
export const cli = join(root, "dist", "cli.js");
export const checkpoints = join(fixtures, "checkpoints");
export const demo = join(fixtures, "demo", "imagenet", "val");

if (!existsSync(cli)) throw new Error("dist/cli.js is not there: run the tests with npm test, which builds it");

/** A module of the built package: threads start from the build, as they cannot run the sources here. `path` is below `dist/`. */
export async function built<Module>(path: string): Promise<Module> {
  return (await import(join(root, "dist", path))) as Module;
}

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the built command line in this process: everything except Node's start and the supervising process. One at a time,
 * since runs share the working folder and the streams.
 */
export function shiftline(
  words: readonly string[],
  { cwd = root }: { readonly cwd?: string } = {},
): Promise<CliResult & Captured> {
  const result = last.then(() => runHere(words, cwd));
  last = result.catch(() => {});
  return result;
}

async function runHere(words: readonly string[], cwd: string): Promise<CliResult & Captured> {
  type CommandLine = typeof import("../../../src/app/cli/command-line.ts");
  const { runCommandLine } = await built<CommandLine>("app/cli/command-line.js");
  const before = { cwd: process.cwd(), argv: process.argv };
  process.chdir(cwd);
  process.argv = [process.execPath, cli, ...words];
  try {
    return { signal: null, ...(await captured(() => runCommandLine(words, async () => false))) };
  } finally {
    process.chdir(before.cwd);
    process.argv = before.argv;
  }
}

/** What a command printed: each stream, and `transcript`, both streams in the order of a terminal. */
export interface Captured {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly transcript: string;
}

/** Runs code that prints and sets the exit status, and hides both from this process. */
export async function captured(work: () => Promise<unknown>): Promise<Captured> {
  const { exitCode } = process;
  const both: Buffer[] = [];
  const [stdout, stderr] = [capture(process.stdout, both), capture(process.stderr, both)];
  process.exitCode = undefined;
  try {
    await work();
    const transcript = Buffer.concat(both).toString();
    return { status: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text(), transcript };
  } finally {
    for (const stream of [stdout, stderr]) stream.end();
    process.exitCode = exitCode;
  }
}

/** Captures what is written to a stream of this process, and adds it to `both`. */
function capture(stream: NodeJS.WriteStream, both: Buffer[]): { text(): string; end(): void } {
  const chunks: Buffer[] = [];
  const original = stream.write;
  stream.write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const bytes = Buffer.from(chunk as string);
    chunks.push(bytes);
    both.push(bytes);
    const written = more.find((argument) => typeof argument === "function") as
      | ((error?: Error | null) => void)
      | undefined;
    if (written !== undefined) process.nextTick(written);
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString(),
    end: () => {
      stream.write = original;
    },
  };
}

/**
 * Runs the built command line as a user would, in a separate process, to test signals, deadlines and parallel runs.
 * `killAt` gets the output so far, and may send a signal once.
 */
export function shiftlineProcess(
  words: readonly string[],
  options: { readonly cwd?: string; readonly killAt?: (stderr: string) => NodeJS.Signals | undefined } = {},
): Promise<CliResult> {
  return runProcess([process.execPath, cli, ...words], options);
}

/** Runs a program to its end. */
export function runProcess(
  [command = "", ...args]: readonly string[],
  options: { readonly cwd?: string; readonly killAt?: (stderr: string) => NodeJS.Signals | undefined } = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd ?? root });
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

/** The same with one template: a seventh of the prompts, for tests that ignore the scores. */
export function quickRun(out: string, ...names: string[]): string[] {
  return demoRun(out, ...names).map((word) => (word === "simple-7" ? "single-1" : word));
}
