import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { byteSize, plural } from "../../foundation/number-text.ts";

/** What this process may use of the machine, and who says so. */
export interface Allocation {
  readonly threads: number;
  readonly threadsFrom: "Slurm" | "cgroup quota" | "CPU affinity";
  /** bytes */
  readonly memory: number;
  readonly memoryFrom: "Slurm" | "cgroup limit" | "machine";
}

export interface AllocationSources {
  /** where `/proc` and `/sys` are; "/" */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** CPUs that the process may run on */
  readonly cpus?: number;
  /** bytes of the machine */
  readonly machineMemory?: number;
}

/** A cgroup without a memory limit in version 1 says a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/**
 * Threads and memory that were given to this process rather than what the host has: the minimum of the CPUs it may run
 * on, the CPU quota of its cgroups (versions 1 and 2, a started CPU counts as half from 0.5 on) and
 * `SLURM_CPUS_PER_TASK`; the minimum of the machine's memory, its cgroups' limits and Slurm's.
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

/** The allocation in one line, for people. */
export function describeAllocation({ threads, threadsFrom, memory, memoryFrom }: Allocation): string {
  return `${plural(threads, "thread")} (${threadsFrom}), ${byteSize(memory)} of memory (${memoryFrom})`;
}

/** The first of the smallest values, with its name. */
function minimum<Name extends string>(values: readonly (readonly [number, Name])[]): readonly [number, Name] {
  return values.reduce((smallest, value) => (value[0] < smallest[0] ? value : smallest));
}

/** The folders of the process's cgroup and of those above it, whose limits hold too, for a controller. */
function cgroupFolders(root: string, controller: "cpu" | "memory"): string[] {
  const lines = readLine(join(root, "proc/self/cgroup")).split("\n");
  const folders: string[] = [];
  for (const line of lines) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const names = controllers.split(",");
    if (controllers !== "" && !names.includes(controller)) continue;
    // Version 2 is mounted alone, or beside version 1 as "unified"; a container may see its own cgroup as the root
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

/** CPUs a folder's quota allows; Infinity where there is none. */
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

/** Bytes; Slurm says MB, 0 for the whole machine. */
function slurmMemory(env: Readonly<Record<string, string | undefined>>, cpus: number): number {
  const perNode = wholeNumber(env.SLURM_MEM_PER_NODE);
  const perCpu =
    wholeNumber(env.SLURM_MEM_PER_CPU) * (Number.isFinite(cpus) ? cpus : wholeNumber(env.SLURM_CPUS_ON_NODE));
  return Math.min(perNode, perCpu) * 2 ** 20;
}

/** Infinity where it is no whole number from 1 on. */
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
