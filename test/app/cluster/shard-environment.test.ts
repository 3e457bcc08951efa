import { describe, expect, it } from "vitest";
import { resolveShard, shardFromEnvironment } from "../../../src/app/cluster/shard-environment.ts";

const array = (id: number, first: number, last: number, count: number, step = 1) => ({
  SLURM_JOB_ID: "100",
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(first),
  SLURM_ARRAY_TASK_MAX: String(last),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

describe("--shard auto", () => {
  it("reads a Slurm array task for any start and step of the array", () => {
    expect(shardFromEnvironment(array(3, 0, 7, 8))).toEqual({ index: 3, count: 8 });
    expect(shardFromEnvironment(array(1, 1, 8, 8))).toEqual({ index: 0, count: 8 });
    expect(shardFromEnvironment(array(20, 10, 30, 3, 10))).toEqual({ index: 1, count: 3 });
  });

  it("refuses an array with gaps, in which the position of a task is unknown", () => {
    expect(() => shardFromEnvironment(array(7, 0, 7, 3))).toThrow(/not evenly spaced.*--shard I\/N/);
  });

  it("reads the task of an srun step, and multiplies it with the array", () => {
    const step = { SLURM_JOB_ID: "1", SLURM_STEP_ID: "0", SLURM_PROCID: "2", SLURM_NTASKS: "4" };
    expect(shardFromEnvironment(step)).toEqual({ index: 2, count: 4 });
    expect(shardFromEnvironment({ ...step, ...array(1, 0, 2, 3) })).toEqual({ index: 6, count: 12 });
  });

  it("does not treat the batch script of a job with several tasks as the first task", () => {
    const batch = { SLURM_JOB_ID: "1", SLURM_PROCID: "0", SLURM_NTASKS: "4" };
    expect(() => shardFromEnvironment(batch)).toThrow(/not an array.*srun/);
  });

  it("reads the index of a Kubernetes pod, and asks for the count, which Kubernetes does not provide", () => {
    expect(shardFromEnvironment({ JOB_COMPLETION_INDEX: "2", SHIFTLINE_SHARDS: "5" })).toEqual({ index: 2, count: 5 });
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "2" })).toThrow(/set SHIFTLINE_SHARDS in the Job/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "5", SHIFTLINE_SHARDS: "5" })).toThrow(/from 0 to n-1/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "x", SHIFTLINE_SHARDS: "5" })).toThrow(
      /"x", not a whole/,
    );
  });

  it("reports what to do without a scheduler, and reads its variables only with --shard auto", () => {
    expect(() => resolveShard("auto", {})).toThrow(/not running under Slurm.*or in a Kubernetes.*--shard \$I\/\$N/);
    expect(resolveShard("1/2", array(3, 0, 7, 8))).toEqual({ index: 1, count: 2 });
  });
});
