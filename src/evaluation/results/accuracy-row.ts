import { InputError } from "../../foundation/errors.ts";
import { type EvaluationKey, keyText, TASK_FIELDS } from "../../foundation/evaluation-key.ts";
import type { ImageOutcomes } from "./image-outcomes.ts";
import type { MadeWith } from "./made-with.ts";

/** One accuracy of a checkpoint or of a baseline's model. */
export interface AccuracyRow extends EvaluationKey {
  /** id of the metric that `accuracy` is of */
  readonly metric: string;
  /** kind of model, "" where it has none */
  readonly group: string;
  /** fraction in [0, 1] */
  readonly accuracy: number;
  /** images behind it; null: not known */
  readonly n: number | null;
  /** images of the complete benchmark; null: not known */
  readonly expectedN: number | null;
  /** what makes a published row doubtful or a repetition, absent where nothing does */
  readonly doubt?: RowDoubt;
  /** file and row, for messages */
  readonly where: string;
  /** what it was made with, where that is known */
  readonly made?: MadeWith;
  /** which images are right, where they were read; `accuracy` is their share */
  readonly outcomes?: ImageOutcomes;
}

/** Why a published row draws no line and is not ranked, as its `quality` says. */
export const ROW_QUALITIES = {
  "wrong-activation": "weights trained with QuickGELU, evaluated with GELU",
  "activation-unknown": "its weights are marked as QuickGELU, the evaluation is not",
  "duplicate-of": "the same weights under a second name",
  "same-run": "another checkpoint of the same training run",
} as const;

/** Why a published row is doubtful or a repetition. */
export interface RowDoubt {
  /** the kind of doubt */
  readonly quality: keyof typeof ROW_QUALITIES;
  /** the model to take instead, "" for none */
  readonly instead: string;
}

/** A doubt by its name and in words. */
export function doubtText(doubt: RowDoubt): string {
  return `${doubt.quality}: ${doubtWords(doubt)}`;
}

/** A doubt in words. */
export function doubtWords({ quality, instead }: RowDoubt): string {
  return `${ROW_QUALITIES[quality]}${instead === "" ? "" : `; see ${instead}`}`;
}

/** Rows with an empty protocol given the benchmark's default, where it is known. */
export function withDefaultProtocols(
  rows: readonly AccuracyRow[],
  defaults: ReadonlyMap<string, string>,
): AccuracyRow[] {
  return rows.map((row) =>
    row.protocol === "" && defaults.has(row.benchmark)
      ? { ...row, protocol: defaults.get(row.benchmark) as string }
      : row,
  );
}

/**
 * Rows with repeated ones taken once: doubtful if any of them is.
 *
 * @throws InputError if two rows of the same key and metric disagree, naming both places and values
 */
export function mergeRows(rows: readonly AccuracyRow[]): AccuracyRow[] {
  const seen = new Map<string, AccuracyRow>();
  for (const row of rows) {
    const key = `${keyText(row)} ${row.metric}`;
    const old = seen.get(key);
    if (old === undefined) {
      seen.set(key, row);
      continue;
    }
    const differing = (["accuracy", "n", "group"] as const).find((field) => old[field] !== row[field]);
    if (differing === undefined) {
      if (old.doubt === undefined && row.doubt !== undefined) seen.set(key, { ...old, doubt: row.doubt });
      continue;
    }
    const of = TASK_FIELDS.map((field) => row[field]).filter((part) => part !== "");
    throw new InputError(
      `${old.where} and ${row.where}: ${row.checkpoint} (${of.join(", ")}) appears twice with another ${differing}: ${old[differing]} and ${row[differing]}; keep one of them`,
    );
  }
  return [...seen.values()];
}

/** Rows by checkpoint, in the order of their first row. */
export function rowsByCheckpoint(rows: readonly AccuracyRow[]): Map<string, AccuracyRow[]> {
  const checkpoints = new Map<string, AccuracyRow[]>();
  for (const row of rows) {
    const own = checkpoints.get(row.checkpoint);
    if (own === undefined) checkpoints.set(row.checkpoint, [row]);
    else own.push(row);
  }
  return checkpoints;
}
