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
  it("takes a Slurm array's task, wherever the array begins and whatever its step", () => {
    expect(shardFromEnvironment(array(3, 0, 7, 8))).toEqual({ index: 3, count: 8 });
    expect(shardFromEnvironment(array(1, 1, 8, 8))).toEqual({ index: 0, count: 8 });
    expect(shardFromEnvironment(array(20, 10, 30, 3, 10))).toEqual({ index: 1, count: 3 });
  });

  it("refuses an array with gaps, where a task's place is unknown", () => {
    expect(() => shardFromEnvironment(array(7, 0, 7, 3))).toThrow(/not evenly spaced.*--shard I\/N/);
  });

  it("takes the task of an srun step, and multiplies it with the array's", () => {
    const step = { SLURM_JOB_ID: "1", SLURM_STEP_ID: "0", SLURM_PROCID: "2", SLURM_NTASKS: "4" };
    expect(shardFromEnvironment(step)).toEqual({ index: 2, count: 4 });
    expect(shardFromEnvironment({ ...step, ...array(1, 0, 2, 3) })).toEqual({ index: 6, count: 12 });
  });

  it("does not take the batch script of a job with several tasks for the first of them", () => {
    const batch = { SLURM_JOB_ID: "1", SLURM_PROCID: "0", SLURM_NTASKS: "4" };
    expect(() => shardFromEnvironment(batch)).toThrow(/not an array.*srun/);
  });

  it("takes a Kubernetes pod's index, and asks for the count that Kubernetes does not tell", () => {
    expect(shardFromEnvironment({ JOB_COMPLETION_INDEX: "2", SHIFTLINE_SHARDS: "5" })).toEqual({ index: 2, count: 5 });
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "2" })).toThrow(/set SHIFTLINE_SHARDS in the Job/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "5", SHIFTLINE_SHARDS: "5" })).toThrow(/from 0 to n-1/);
    expect(() => shardFromEnvironment({ JOB_COMPLETION_INDEX: "x", SHIFTLINE_SHARDS: "5" })).toThrow(
      /"x", not a whole/,
    );
  });

  it("says what to do without a scheduler, and never looks at it unless asked", () => {
    expect(() => resolveShard("auto", {})).toThrow(/not running under Slurm.*or in a Kubernetes.*--shard \$I\/\$N/);
    expect(resolveShard("1/2", array(3, 0, 7, 8))).toEqual({ index: 1, count: 2 });
  });
});
