import { describe, expect, it } from "vitest";
import {
  type AllocationSources,
  describeAllocation,
  readAllocation,
} from "../../../src/evaluation/evaluate/allocation.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const GB = 2 ** 30;

function read(files: Record<string, string>, more: Partial<AllocationSources> = {}) {
  const root = writeTree(temporaryFolder(), files);
  return readAllocation({ root, env: {}, cpus: 64, machineMemory: 256 * GB, ...more });
}

describe("the allocation", () => {
  it("is the machine's without limits", () => {
    expect(read({})).toEqual({ threads: 64, threadsFrom: "CPU affinity", memory: 256 * GB, memoryFrom: "machine" });
    const unlimited = {
      "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/cpu.max": "max 100000\n",
      "sys/fs/cgroup/memory.max": "max\n",
    };
    expect(read(unlimited)).toMatchObject({ threads: 64, memory: 256 * GB });
  });

  it("is that of cgroup version 2, the process's group and its parents", () => {
    const files = {
      "proc/self/cgroup": "0::/kubepods.slice/pod1/box\n",
      "sys/fs/cgroup/kubepods.slice/cpu.max": "800000 100000\n",
      "sys/fs/cgroup/kubepods.slice/pod1/cpu.max": "350000 100000\n",
      "sys/fs/cgroup/kubepods.slice/pod1/box/cpu.max": "max 100000\n",
      "sys/fs/cgroup/kubepods.slice/pod1/memory.max": `${6 * GB}\n`,
      "sys/fs/cgroup/kubepods.slice/pod1/box/memory.max": `${8 * GB}\n`,
    };
    expect(read(files)).toEqual({
      threads: 4,
      threadsFrom: "cgroup quota",
      memory: 6 * GB,
      memoryFrom: "cgroup limit",
    });
  });

  it("is that of a container that sees its cgroup as the root", () => {
    const files = {
      "proc/self/cgroup": "0::/../../elsewhere\n",
      "sys/fs/cgroup/cpu.max": "20000 100000\n",
      "sys/fs/cgroup/memory.max": `${GB}\n`,
    };
    expect(read(files)).toMatchObject({ threads: 1, threadsFrom: "cgroup quota", memory: GB });
  });

  it("is that of cgroup version 1", () => {
    const files = {
      "proc/self/cgroup": "4:memory:/docker/7\n2:cpu,cpuacct:/docker/7\n1:name=systemd:/x\n0::/\n",
      "sys/fs/cgroup/cpu,cpuacct/docker/7/cpu.cfs_quota_us": "200000\n",
      "sys/fs/cgroup/cpu,cpuacct/docker/7/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/docker/7/memory.limit_in_bytes": `${3 * GB}\n`,
    };
    expect(read(files)).toMatchObject({ threads: 2, threadsFrom: "cgroup quota", memory: 3 * GB });
  });

  it("is Slurm's if it is smaller", () => {
    const env = { SLURM_CPUS_PER_TASK: "8", SLURM_MEM_PER_CPU: "2048" };
    expect(read({}, { env })).toEqual({ threads: 8, threadsFrom: "Slurm", memory: 16 * GB, memoryFrom: "Slurm" });
    expect(read({}, { env: { SLURM_MEM_PER_NODE: "4096" } })).toMatchObject({ threads: 64, memory: 4 * GB });
    expect(read({}, { env, cpus: 2 })).toMatchObject({ threads: 2, threadsFrom: "CPU affinity" });
    const wrong = { SLURM_CPUS_PER_TASK: "many", SLURM_MEM_PER_NODE: "0", SLURM_MEM_PER_CPU: "" };
    expect(read({}, { env: wrong })).toMatchObject({ threads: 64, memory: 256 * GB });
  });

  it("is printed in one line", () => {
    const env = { SLURM_CPUS_PER_TASK: "8" };
    expect(describeAllocation(read({}, { env }))).toBe("8 threads (Slurm), 274.9 GB of memory (machine)");
    expect(readAllocation().threads).toBeGreaterThanOrEqual(1);
  });
});
