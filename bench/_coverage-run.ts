import { createRandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageCount, CoverageDesign } from "./_coverage-design.ts";

/**
 * Applies a design's procedure to data sets `from` to `to` − 1. The seed of each depends only on the design's name and the data
 * set's number.
 */
export function countHits(
  design: CoverageDesign,
  from: number,
  to: number,
  replicates: number,
): { readonly hits: number; readonly before: number | null } {
  const seed = hashOf(design.name);
  let hits = 0;
  let before: number | null = 0;
  for (let i = from; i < to; i++) {
    const outcome = design.simulate(createRandomNumbers((seed + i) >>> 0), replicates);
    if (outcome.hit) hits++;
    before = outcome.before === null || before === null ? null : before + (outcome.before ? 1 : 0);
  }
  return { hits, before };
}

export function countOf(
  { simulate: _, ...design }: CoverageDesign,
  repetitions: number,
  replicates: number,
  counted: { readonly hits: number; readonly before: number | null },
): CoverageCount {
  return { ...design, repetitions, replicates, ...counted };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
