import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { announceWork, type WorkEvent } from "../../foundation/files/deadline.ts";
import { checkOpenFiles } from "../../foundation/files/machine-error.ts";
import { printable } from "../../output/tables/text-table.ts";
import { isRepeated, type StopSignal } from "./stop-signals.ts";

/**
 * Settings that make glibc's allocator return freed weights to the system. By default it raises its mmap threshold to
 * 32 MB as large blocks are freed, then keeps weights in heaps between smaller live blocks: evaluating eight
 * checkpoints of 350 MB in sequence grew to 1.6 GB. A trim threshold below 16 MB would make each decoded photo request
 * its pages from the system again, which takes a millisecond.
 *
 * @see https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const MALLOC_ENV = { MALLOC_MMAP_THRESHOLD_: "1048576", MALLOC_TRIM_THRESHOLD_: "16777216" } as const;

/** Environment variable of processes that {@link runSupervised} started: the parent's process id. */
const CHILD_MARKER = "SHIFTLINE_SUPERVISED_BY";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Message from a supervised process. */
type Report = WorkEvent | { readonly stopping: true };

export interface SupervisedOptions {
  /** several checkpoints are loaded in sequence, so freed memory should be returned to the system */
  readonly sweep: boolean;
  /** maximum seconds per unit of work; overrides the default limits */
  readonly timeout?: number | undefined;
}

/**
 * Seconds in which a process must acknowledge a signal; one that does not is blocked, and loses nothing if it is
 * killed.
 */
const ANSWER_TIMEOUT = 5;
/** Milliseconds between clock checks. */
const TICK = 250;

/**
 * Runs this command in a child process that can be stopped at any time: on a second signal, on a first one that it does
 * not acknowledge, and when a unit of work exceeds its time limit. The supervising process never blocks. If it is
 * killed, the child ends too.
 *
 * @returns the command's exit status; null if this process must do the work: it is the child, or the system is Windows,
 *   whose signals differ
 */
export async function runSupervised({ sweep, timeout }: SupervisedOptions): Promise<number | null> {
  if (process.platform === "win32" || becomeSupervised()) return null;
  checkOpenFiles();
  const setsMalloc = sweep && process.platform === "linux" && process.env.MALLOC_MMAP_THRESHOLD_ === undefined;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...(setsMalloc ? MALLOC_ENV : {}), [CHILD_MARKER]: String(process.pid) },
  });
  const work = new Map<string, { readonly what: string; readonly seconds: number; elapsed: number }>();
  let stop: StopSignal | null = null;
  let answered = false;
  let sinceStop = 0;
  let status: number | null = null;

  const end = (exitStatus: number, text: string) => {
    if (status !== null) return;
    status = exitStatus;
    process.stderr.write(`${process.stderr.isTTY ? "\n" : ""}${text}\n`);
    child.kill("SIGKILL");
  };
  child.on("message", (report: Report) => {
    if ("stopping" in report) answered = true;
    else if ("begin" in report) {
      work.set(report.begin, { what: report.what, seconds: timeout ?? report.seconds, elapsed: 0 });
    } else work.delete(report.end);
  });
  const handlers = SIGNALS.map((name) => {
    const handler = () => {
      if (stop === null) {
        stop = { name, at: performance.now(), count: 1 };
        child.kill(name);
      } else if (isRepeated(stop, name)) end(stopStatus(stop.name), `stopped by ${name}`);
    };
    return [name, handler] as const;
  });
  for (const [name, handler] of handlers) process.on(name, handler);
  let last = performance.now();
  const ticks = setInterval(() => {
    const now = performance.now();
    // Time during which both processes were suspended (Ctrl-Z, a paused container) does not count
    const seconds = Math.min(now - last, 2 * TICK) / 1000;
    last = now;
    for (const piece of work.values()) {
      piece.elapsed += seconds;
      if (piece.elapsed > piece.seconds)
        end(stop === null ? 1 : stopStatus(stop.name), `shiftline: ${printable(describeLate(piece))}`);
    }
    if (stop === null || answered) return;
    sinceStop += seconds;
    if (sinceStop > ANSWER_TIMEOUT) end(stopStatus(stop.name), `stopped by ${stop.name}, which was not acknowledged`);
  }, TICK);

  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  clearInterval(ticks);
  for (const [name, handler] of handlers) process.off(name, handler);
  if (status !== null) return status;
  if (signal === null) return code ?? 1;
  const asked = stop as StopSignal | null;
  if (asked?.name === signal) process.kill(process.pid, signal);
  if (asked !== null) return stopStatus(asked.name);
  process.stderr.write(`shiftline: ${printable(describeDeath(signal, [...work.values()][0]?.what))}\n`);
  return signal === "SIGKILL" ? stopStatus(signal) : 70;
}

/** Runs the command in a supervised process. @returns whether it ran there; if false, it must run in this process */
export type Supervise = (options: SupervisedOptions) => Promise<boolean>;

/** Runs this command in a supervised process, unless this process is supervised. @returns whether it ran there */
export async function isDoneSupervised(options: SupervisedOptions): Promise<boolean> {
  const status = await runSupervised(options);
  if (status !== null) process.exitCode = status;
  return status !== null;
}

/** Returns the exit status by which shells report that a signal ended a process. */
function stopStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function describeLate({ what, seconds }: { readonly what: string; readonly seconds: number }): string {
  return `${what} did not end within ${Math.round(seconds)} s and was stopped; it may never end. If the machine is slow, raise the limit with --timeout SECONDS`;
}

function describeDeath(signal: NodeJS.Signals, what: string | undefined): string {
  const during = what === undefined ? "" : `, during ${what}`;
  if (signal === "SIGKILL") {
    return `the worker process was killed (SIGKILL)${during}, probably because memory ran out. Finished work is kept`;
  }
  return `a library crashed (${signal})${during}; this is a bug in shiftline, please report it with that file`;
}

/** Connects a process that {@link runSupervised} started to its supervisor. @returns whether this is such a process */
function becomeSupervised(): boolean {
  const parent = Number(process.env[CHILD_MARKER]);
  delete process.env[CHILD_MARKER]; // not inherited by further child processes
  if (!(parent > 0) || process.send === undefined) return false;
  const send = (report: Report) => process.send?.(report, undefined, undefined, () => {});
  reportStopping = () => send({ stopping: true });
  announceWork(send);
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel?.unref();
  // The event above is not delivered while this thread is blocked
  const ending = extname(import.meta.url);
  new Worker(new URL(`./parent-watch${ending}`, import.meta.url), {
    workerData: parent,
    ...(ending === ".js" ? { execArgv: [] } : {}),
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
    .on("error", () => {}) // the event above still works
    .unref();
  return true;
}

let reportStopping: () => void = () => {};

/** Acknowledges a signal to the supervising process, if there is one. */
export function answerStop(): void {
  reportStopping();
}
