import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import type { Note } from "../../foundation/notes.ts";
import type { LineRules } from "./line-rules.ts";

/** Models whose accuracies define the lines. */
export interface Baseline {
  /** id of a shipped baseline, or path of the file */
  readonly id: string;
  /** accuracies of its models */
  readonly rows: readonly AccuracyRow[];
  /** which models enter its lines */
  readonly rules: LineRules;
  /** notes about what was left out of its file, and why */
  readonly notes: readonly Note[];
}
