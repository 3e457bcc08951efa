import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import type { Note } from "../../foundation/notes.ts";
import type { LineRules } from "./line-rules.ts";

/** Models whose accuracies draw the line. */
export interface Baseline {
  readonly id: string;
  readonly rows: readonly AccuracyRow[];
  readonly rules: LineRules;
  /** what was left out of its file and why */
  readonly notes: readonly Note[];
}
