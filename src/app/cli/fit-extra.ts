import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import type { Note } from "../../foundation/notes.ts";
import type { FitTermsOptions } from "./fit-terms.ts";

/** The options of `fit` beyond the comparison with the baseline. */
export interface FitExtrasOptions extends FitTermsOptions {
  /** column of the metadata, or `group` of the accuracies: one line for each of its values */
  readonly groupBy?: string;
  /** on the scale: lines of groups that are closer count as one line */
  readonly margin?: number;
  /** numeric columns of the metadata that heights of groups are adjusted for: COLUMN, COLUMN=log2 or COLUMN=linear */
  readonly adjust?: readonly string[];
  /** in-distribution accuracy at which heights of groups are given, a fraction in (0, 1) */
  readonly at?: number;
  /** column of the metadata: checkpoints of one value are replicates of one model */
  readonly replicates?: string;
  /** checkpoint that the others' relative robustness is against */
  readonly relativeTo?: string;
  /** kind of the baseline's line; the lines of the analyses here are of logits */
  readonly line?: string;
}

/** The name under which a table is written; null where it is not. */
export type WrittenName = (table: string) => string | null;

/** What `fit` makes beyond the comparison with the baseline. */
export interface FitExtras {
  readonly lines: readonly BaselineLine[];
  /** name → content */
  readonly files: readonly (readonly [string, string])[];
  /** for the terminal */
  readonly tables: readonly ((nameOf: WrittenName) => string)[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** Of an option that was not given. */
export const NOTHING: FitExtras = { lines: [], files: [], tables: [], json: {}, notes: [] };
