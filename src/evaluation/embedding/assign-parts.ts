import type { Part } from "../store/part-store.ts";
import { belongsToShard, type Shard } from "./shard.ts";

/** Properties that determine a run's units of work: one checkpoint's parts of one manifest. */
export interface ShardableRun {
  /** key that is equal for runs whose parts contain the same images: manifest, place and part size */
  readonly images: string;
  /** size of the checkpoint's files */
  readonly bytes: number;
  readonly parts: readonly Part[];
}

/**
 * Maximum size of the model files of checkpoints that share a unit, whose images are decoded once for all of them: a
 * few large models or hundreds of small ones. It does not depend on the machine, so that all machines assign alike.
 */
const UNIT_BYTES = 4e9;

/**
 * Assigns parts to shards. A unit is one part for a group of checkpoints: consecutive runs on the same images whose
 * files have at most 4 GB in total. Units are assigned to the shards in turn, group by group, whether stored or not.
 *
 * @returns each run's parts in this shard, in the order of the runs, and the total number of units
 */
export function assignParts(
  runs: readonly ShardableRun[],
  shard: Shard,
): { readonly parts: readonly (readonly Part[])[]; readonly units: number } {
  const assigned = runs.map((): Part[] => []);
  let units = 0;
  for (const group of groupForUnits(runs)) {
    const parts = (runs[group[0] as number] as ShardableRun).parts;
    for (const part of parts) {
      if (belongsToShard(shard, units++)) for (const run of group) assigned[run]?.push(part);
    }
  }
  return { parts: assigned, units };
}

/** @returns positions of the runs of each group */
function groupForUnits(runs: readonly ShardableRun[]): number[][] {
  const groups: { readonly images: string; bytes: number; readonly runs: number[] }[] = [];
  const open = new Map<string, (typeof groups)[number]>();
  for (const [r, { images, bytes }] of runs.entries()) {
    let group = open.get(images);
    if (group === undefined || group.bytes + bytes > UNIT_BYTES) {
      group = { images, bytes: 0, runs: [] };
      open.set(images, group);
      groups.push(group);
    }
    group.bytes += bytes;
    group.runs.push(r);
  }
  return groups.map((group) => group.runs);
}
