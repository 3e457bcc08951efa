import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * What makes glibc's allocator give freed weights back to the system. Left alone it raises its threshold to 32 MB as large blocks are
 * freed, then keeps weights in heaps between smaller blocks, which stay: eight checkpoints of 350 MB grew to 1.6 GB, one after the other.
 * With less than 16 MB left on top of a heap, each decoded photo would take its pages from the system anew, a millisecond of work.
 *
 * @see https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const GIVE_BACK = { MALLOC_MMAP_THRESHOLD_: "1048576", MALLOC_TRIM_THRESHOLD_: "16777216" } as const;

/** Tells a process that it is the one {@link runInSweepProcess} started. */
const MARK = "SHIFTLINE_SWEEP_PROCESS";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs this very command in a process whose allocator gives memory back, which can be set at a process's start alone. Signals are handed
 * on; were this process killed outright, the other ends too.
 *
 * @returns the command's exit status; null where this process is to do the work itself: it is that one, or its environment has such
 *   settings already, or the system has no glibc
 */
export async function runInSweepProcess(): Promise<number | null> {
  if (process.env[MARK] !== undefined) {
    process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
    process.channel?.unref();
    return null;
  }
  if (process.platform !== "linux" || process.env.MALLOC_MMAP_THRESHOLD_ !== undefined) return null;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...GIVE_BACK, [MARK]: "1" },
    detached: true, // a group of its own: Ctrl-C comes to this process alone, which hands it on once
  });
  const handlers = SIGNALS.map((name) => [name, () => child.kill(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  for (const [name, handler] of handlers) process.off(name, handler);
  if (signal !== null) process.kill(process.pid, signal);
  return code ?? 1;
}
