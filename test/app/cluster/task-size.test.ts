import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeTasks } from "../../../src/app/cluster/task-size.ts";

const trial = { seconds: 8 * 3600, threads: 2, memory: 1e9, units: 500 };

describe("sizeTasks", () => {
  it("makes tasks of about an hour, with a limit for cores half as fast", () => {
    // 8 h on 2 threads are 4 h on 4: 4 tasks of 1 h, limited to 2 h and 10 min
    expect(sizeTasks(trial, { cpus: 4 })).toMatchObject({ shards: 4, cpus: 4, minutes: 130 });
  });

  it("keeps what the user specified, and adapts the rest", () => {
    expect(sizeTasks(trial, { cpus: 2, shards: 16, memory: 3000 })).toEqual({
      shards: 16,
      cpus: 2,
      memory: 3000,
      minutes: 70,
    });
  });

  it("always makes between one task and one per unit, with enough time at the measured speed", () => {
    const trials = fc.record({
      seconds: fc.double({ min: 0, max: 1e8, noNaN: true }),
      threads: fc.integer({ min: 1, max: 64 }),
      memory: fc.integer({ min: 1e8, max: 1e11 }),
      units: fc.integer({ min: 1, max: 1e5 }),
    });
    fc.assert(
      fc.property(trials, fc.integer({ min: 1, max: 64 }), (trial, cpus) => {
        const { shards, minutes, memory } = sizeTasks(trial, { cpus });
        expect(shards).toBeGreaterThanOrEqual(1);
        expect(shards).toBeLessThanOrEqual(Math.min(trial.units, 1000));
        expect(minutes * 60 * shards * cpus).toBeGreaterThanOrEqual(trial.seconds * trial.threads);
        expect(memory * 2 ** 20).toBeGreaterThanOrEqual(trial.memory);
      }),
    );
  });
});
