import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { byteSize, plural } from "../../foundation/number-text.ts";

/** Resources that this process may use, and their sources. */
export interface Allocation {
  readonly threads: number;
  readonly threadsFrom: "Slurm" | "cgroup quota" | "CPU affinity";
  /** bytes */
  readonly memory: number;
  readonly memoryFrom: "Slurm" | "cgroup limit" | "machine";
}

export interface AllocationSources {
  /** folder that contains `/proc` and `/sys`; default: "/" */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** CPUs that the process may run on */
  readonly cpus?: number;
  /** total memory of the machine in bytes */
  readonly machineMemory?: number;
}

/** Version 1 cgroups without a memory limit report a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/**
 * Determines the threads and memory allotted to this process, not those of the host. Threads are the minimum of the
 * CPUs in its affinity mask, the CPU quota of its cgroups (versions 1 and 2, rounded to the nearest integer) and
 * `SLURM_CPUS_PER_TASK`; memory is the minimum of the machine's memory, the limits of its cgroups and that of Slurm.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/scheduler/sched-bwc.html,
 *   https://slurm.schedmd.com/sbatch.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
 */
export function readAllocation(sources: AllocationSources = {}): Allocation {
  const { root = "/", env = process.env, cpus = availableParallelism(), machineMemory = totalmem() } = sources;
  const quota = Math.min(...cgroupFolders(root, "cpu").map(cpuQuota));
  const slurmCpus = wholeNumber(env.SLURM_CPUS_PER_TASK);
  const threads = minimum([
    [cpus, "CPU affinity"],
    [Math.max(1, Math.round(quota)), "cgroup quota"],
    [slurmCpus, "Slurm"],
  ]);
  const limit = Math.min(...cgroupFolders(root, "memory").map(memoryLimit));
  const memory = minimum([
    [machineMemory, "machine"],
    [limit, "cgroup limit"],
    [slurmMemory(env, slurmCpus), "Slurm"],
  ]);
  return { threads: threads[0], threadsFrom: threads[1], memory: memory[0], memoryFrom: memory[1] };
}

/** Formats the allocation as one line of text. */
export function describeAllocation({ threads, threadsFrom, memory, memoryFrom }: Allocation): string {
  return `${plural(threads, "thread")} (${threadsFrom}), ${byteSize(memory)} of memory (${memoryFrom})`;
}

/** Returns the first of the smallest values, with its name. */
function minimum<Name extends string>(values: readonly (readonly [number, Name])[]): readonly [number, Name] {
  return values.reduce((smallest, value) => (value[0] < smallest[0] ? value : smallest));
}

/** Lists a controller's folders of the process's cgroup and its ancestors, whose limits also apply. */
function cgroupFolders(root: string, controller: "cpu" | "memory"): string[] {
  const lines = readLine(join(root, "proc/self/cgroup")).split("\n");
  const folders: string[] = [];
  for (const line of lines) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const names = controllers.split(",");
    if (controllers !== "" && !names.includes(controller)) continue;
    // Version 2 is mounted alone, or as "unified" in addition to version 1; a container may see its cgroup as the root
    const mounts =
      controllers === ""
        ? ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
        : [`sys/fs/cgroup/${controller}`, `sys/fs/cgroup/${controllers}`];
    const steps = path.split("/").filter((step) => step !== "" && step !== "..");
    for (const mount of new Set(mounts)) {
      for (let depth = steps.length; depth >= 0; depth--) folders.push(join(root, mount, ...steps.slice(0, depth)));
    }
  }
  return [...new Set(folders)];
}

/** Returns the number of CPUs that a folder's quota allows; Infinity without a quota. */
function cpuQuota(folder: string): number {
  const [quota, period] = readLine(join(folder, "cpu.max")).split(" ").map(Number);
  const old = [readLine(join(folder, "cpu.cfs_quota_us")), readLine(join(folder, "cpu.cfs_period_us"))].map(Number);
  return Math.min(ratio(quota, period), ratio(old[0], old[1]));
}

/** NaN ("max", no file) and -1 mean no quota. */
function ratio(quota = Number.NaN, period = Number.NaN): number {
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function memoryLimit(folder: string): number {
  const limits = ["memory.max", "memory.limit_in_bytes"].map((name) => Number(readLine(join(folder, name)) || "none"));
  const known = limits.filter((limit) => limit > 0 && limit < NO_LIMIT);
  return Math.min(...known);
}

/** Returns Slurm's limit in bytes; Slurm specifies MB, and 0 for the whole machine. */
function slurmMemory(env: Readonly<Record<string, string | undefined>>, cpus: number): number {
  const perNode = wholeNumber(env.SLURM_MEM_PER_NODE);
  const perCpu =
    wholeNumber(env.SLURM_MEM_PER_CPU) * (Number.isFinite(cpus) ? cpus : wholeNumber(env.SLURM_CPUS_ON_NODE));
  return Math.min(perNode, perCpu) * 2 ** 20;
}

/** Parses a positive integer; Infinity if it is not one. */
function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,12}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

function readLine(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
