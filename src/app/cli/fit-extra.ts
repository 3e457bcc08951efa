import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import type { Note } from "../../foundation/notes.ts";
import type { FitTermsOptions } from "./fit-terms.ts";

/** Options of `fit` for analyses beyond the comparison with the baseline. */
export interface FitExtrasOptions extends FitTermsOptions {
  /** column of the metadata, or the accuracies' column `group`: one line per value */
  readonly groupBy?: string;
  /** equivalence margin on the scale: lines of groups closer than this count as one */
  readonly margin?: number;
  /** numeric columns of the metadata for which heights of groups are adjusted: COLUMN, COLUMN=log2 or COLUMN=linear */
  readonly adjust?: readonly string[];
  /** in-distribution accuracy at which heights of groups are reported, a fraction in (0, 1) */
  readonly at?: number;
  /** column of the metadata: checkpoints that share a value are replicates of one model */
  readonly replicates?: string;
  /** checkpoint that is the reference of relative robustness */
  readonly relativeTo?: string;
  /** kind of the baseline's line; these analyses fit least-squares lines */
  readonly line?: string;
}

/** File name of a table; null if it is not written. */
export type WrittenName = (table: string) => string | null;

/** Output of `fit` beyond the comparison with the baseline. */
export interface FitExtras {
  readonly lines: readonly BaselineLine[];
  /** file name → content */
  readonly files: readonly (readonly [string, string])[];
  /** tables for the terminal */
  readonly tables: readonly ((nameOf: WrittenName) => string)[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** Output for an option that is not set. */
export const NOTHING: FitExtras = { lines: [], files: [], tables: [], json: {}, notes: [] };
