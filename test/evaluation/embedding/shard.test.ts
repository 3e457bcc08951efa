import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignParts, type ShardableRun } from "../../../src/evaluation/embedding/assign-parts.ts";
import { parseShard } from "../../../src/evaluation/embedding/shard.ts";
import type { Part } from "../../../src/evaluation/store/part-store.ts";

function partsOf(count: number): Part[] {
  return Array.from({ length: count }, (_, index) => ({ index, first: index * 4, rows: 4 }));
}

/** Sweeps of several checkpoints on several manifests: runs of one manifest have the same parts. */
const sweeps = fc
  .tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }), fc.array(fc.nat(5e9), { minLength: 1, maxLength: 8 }))
  .map(([partCounts, bytes]) =>
    partCounts.flatMap((count, m) =>
      bytes.map((size): ShardableRun => ({ images: `manifest ${m}`, bytes: size, parts: partsOf(count) })),
    ),
  );

const shardsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ index, count }));

describe("assigning parts to shards", () => {
  it("gives every part of every run to exactly one shard, for any number of shards", () => {
    fc.assert(
      fc.property(sweeps, fc.integer({ min: 1, max: 50 }), (runs, count) => {
        const assigned = shardsOf(count).map((shard) => assignParts(runs, shard).parts);
        for (const [r, run] of runs.entries()) {
          const indices = assigned.flatMap((shard) => (shard[r] as readonly Part[]).map((part) => part.index));
          expect(indices.sort((a, b) => a - b)).toEqual(run.parts.map((part) => part.index));
        }
      }),
    );
  });

  it("gives shards numbers of units that differ by at most one, and the same units for any number of shards", () => {
    fc.assert(
      fc.property(sweeps, fc.integer({ min: 1, max: 50 }), (runs, count) => {
        const whole = assignParts(runs, { index: 0, count: 1 });
        // A unit is a part of a group: the first run of every group has all its parts, so these give the count of units
        const firsts = runs.map((run, r) => runs.findIndex((candidate) => candidate.images === run.images) === r);
        const ofFirst = (parts: readonly (readonly Part[])[]) =>
          parts.reduce((sum, list, r) => sum + (firsts[r] ? list.length : 0), 0);
        expect(ofFirst(whole.parts)).toBeLessThanOrEqual(whole.units);
        for (const shard of shardsOf(count)) {
          const { units } = assignParts(runs, shard);
          expect(units).toBe(whole.units);
        }
        const alike = runs.map((run): ShardableRun => ({ ...run, bytes: 1 }));
        const sizes = shardsOf(count).map((shard) => ofFirst(assignParts(alike, shard).parts));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("assigns a part of all checkpoints with files of at most 4 GB to one shard: its images are decoded once", () => {
    const run = (bytes: number): ShardableRun => ({ images: "one", bytes, parts: partsOf(10) });
    const { parts, units } = assignParts([run(1.5e9), run(1.5e9), run(1e9), run(1)], { index: 1, count: 7 });
    expect(units).toBe(20);
    const indices = parts.map((list) => list.map((part) => part.index));
    expect(indices).toEqual([[1, 8], [1, 8], [1, 8], [5]]);
  });
});

describe("parseShard", () => {
  it("reads i/n with i from 0 to n-1", () => {
    expect(parseShard("0/1")).toEqual({ index: 0, count: 1 });
    expect(parseShard("15/16")).toEqual({ index: 15, count: 16 });
  });

  it("explains the error for any other text", () => {
    for (const text of ["8/8", "1/0", "-1/4", "1", "a/b", "1/2/3", " 1/2", "0x1/4", ""]) {
      expect(() => parseShard(text)).toThrow(/--shard: expected i\/n with i from 0 to n-1/);
    }
  });
});
