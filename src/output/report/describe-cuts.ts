import { count, megabytes } from "../../foundation/number-text.ts";
import type { PageLimits } from "./page-limits.ts";
import type { FittedImages } from "./store-images.ts";

/** Facts about the images that are not in a page. */
export interface CutFacts {
  readonly chosen: readonly string[];
  readonly rule: string;
  /** checkpoints that have predictions */
  readonly candidates: number;
  readonly limits: PageLimits;
}

/** Describes which single images are not in a page, the rule, and how to include them. */
export function describeCuts(images: FittedImages | null, { chosen, rule, candidates, limits }: CutFacts): string[] {
  const limit = `${megabytes(limits.page)} MB without pictures`;
  const more = `for more space: --budget ${Math.ceil((limits.page * 2) / 1e6)}`;
  const shown = images?.detail.checkpoints ?? 0;
  if (candidates === 0) return [];
  const cuts: string[] = [];
  if (shown < candidates) {
    const which =
      shown === 0 ? "Single images of no checkpoint" : `Single images of ${shown} of ${count(candidates)} checkpoints`;
    const why =
      shown < chosen.length
        ? `; ${count(chosen.length)} ${chosen.length === 1 ? "was" : "were"} chosen, but the page is kept below ${limit} (${more})`
        : "";
    cuts.push(
      `${which} are in this page, chosen: ${rule}${why}. For others, create the report with --images-of PATTERN.`,
    );
  }
  if (images !== null && !images.detail.isWhole) {
    const missing = images.stored.sets.reduce((sum, { n, listed }) => sum + n - listed, 0);
    const who = shown === 1 ? "this checkpoint gets" : `these ${shown} checkpoints all get`;
    cuts.push(`${count(missing)} images that ${who} right are not listed: the page is kept below ${limit} (${more}).`);
  }
  if (images !== null && images.detail.step > 1) {
    cuts.push(`Confidence is in steps of ${images.detail.step} %, for the same reason.`);
  }
  return cuts;
}
