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
 * What makes glibc's allocator give freed weights back to the system. Left alone it raises its threshold to 32 MB as large blocks are
 * freed, then keeps weights in heaps between smaller blocks, which stay: eight checkpoints of 350 MB grew to 1.6 GB, one after the other.
 * With less than 16 MB left on top of a heap, each decoded photo would take its pages from the system anew, a millisecond of work.
 *
 * @see https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const MALLOC_ENV = { MALLOC_MMAP_THRESHOLD_: "1048576", MALLOC_TRIM_THRESHOLD_: "16777216" } as const;

/** Tells a process that it is the one {@link runSupervised} started, and by which. */
const CHILD_MARKER = "SHIFTLINE_SUPERVISED_BY";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a supervised process reports. */
type Report = WorkEvent | { readonly stopping: true };

export interface SupervisedOptions {
  /** several checkpoints are loaded one after the other: their memory is to be given back */
  readonly sweep: boolean;
  /** seconds that one piece of work may take, in place of each one's own */
  readonly timeout?: number | undefined;
}

/** Seconds in which a process says that it heard a signal; one that does not is held up, and loses nothing if it ends. */
const ANSWER_TIMEOUT = 5;
/** Milliseconds between two looks at the clock. */
const TICK = 250;

/**
 * Runs this very command in a process that can be stopped whatever it is at: on a second signal, on a first one that it does not answer,
 * and when a piece of its work does not end in time. This process does nothing that blocks. Were it killed outright, the other ends too.
 *
 * @returns the command's exit status; null where this process is to do the work itself: it is that one, or the system is Windows, where
 *   signals are others
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
    // While both processes were stopped (Ctrl-Z, a container that was paused), no time passed
    const seconds = Math.min(now - last, 2 * TICK) / 1000;
    last = now;
    for (const piece of work.values()) {
      piece.elapsed += seconds;
      if (piece.elapsed > piece.seconds)
        end(stop === null ? 1 : stopStatus(stop.name), `shiftline: ${printable(describeLate(piece))}`);
    }
    if (stop === null || answered) return;
    sinceStop += seconds;
    if (sinceStop > ANSWER_TIMEOUT) end(stopStatus(stop.name), `stopped by ${stop.name}, which was not answered`);
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

/** Does the command in a process that can be stopped. @returns whether it was done there; false: it is to be done here */
export type Supervise = (options: SupervisedOptions) => Promise<boolean>;

/** Does this command in a process that can be stopped, unless this one is that one. @returns whether it was done there */
export async function isDoneSupervised(options: SupervisedOptions): Promise<boolean> {
  const status = await runSupervised(options);
  if (status !== null) process.exitCode = status;
  return status !== null;
}

/** The status by which shells say that a signal ended a process. */
function stopStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function describeLate({ what, seconds }: { readonly what: string; readonly seconds: number }): string {
  return `${what} did not end within ${Math.round(seconds)} s, so it was stopped; it may be without end. If the machine is only slow, give it longer with --timeout SECONDS`;
}

function describeDeath(signal: NodeJS.Signals, what: string | undefined): string {
  const during = what === undefined ? "" : `, during ${what}`;
  if (signal === "SIGKILL") {
    return `the process that did the work was killed (SIGKILL)${during}; where memory runs out the system does so. What is finished is kept`;
  }
  return `a library crashed (${signal})${during}; this is a defect, not your mistake; please report it with that file`;
}

/** Has a process that {@link runSupervised} started report to the one that did. @returns whether this is such a process */
function becomeSupervised(): boolean {
  const parent = Number(process.env[CHILD_MARKER]);
  delete process.env[CHILD_MARKER]; // not for a process that this one starts
  if (!(parent > 0) || process.send === undefined) return false;
  const send = (report: Report) => process.send?.(report, undefined, undefined, () => {});
  reportStopping = () => send({ stopping: true });
  announceWork(send);
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel?.unref();
  // The event above is not heard while this thread is blocked
  const ending = extname(import.meta.url);
  new Worker(new URL(`./parent-watch${ending}`, import.meta.url), {
    workerData: parent,
    ...(ending === ".js" ? { execArgv: [] } : {}),
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
    .on("error", () => {}) // the event above is left
    .unref();
  return true;
}

let reportStopping: () => void = () => {};

/** Tells the supervising process, if there is one, that a signal was heard and the work is being ended. */
export function answerStop(): void {
  reportStopping();
}
