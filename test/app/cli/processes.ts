import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Linux's running processes, as /proc lists them. */

/** Ids of the processes whose parent is this one. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === String(pid))
    .map(Number);
}

/** Ids of the processes that this one started, and those started. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Whether a process is running, and not a zombie. */
export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/** Processor seconds of a process's main thread; the kernel counts in hundredths. */
export function mainThreadSeconds(pid: number): number {
  const [, , , , , , , , , , , user = "", system = ""] = statOf(`${pid}/task/${pid}`) ?? [];
  return (Number(user) + Number(system)) / 100;
}

function parentOf(pid: string): string | undefined {
  return statOf(pid)?.[1];
}

/** The fields of a `stat` file from the state on; undefined if the process has ended. */
function statOf(of: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${of}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}
