import { InputError } from "../../foundation/errors.ts";
import { type EvaluationKey, keyText, TASK_FIELDS } from "../../foundation/evaluation-key.ts";
import type { ImageOutcomes } from "./image-outcomes.ts";
import type { MadeWith } from "./made-with.ts";

/** An accuracy of a checkpoint or of a baseline's model. */
export interface AccuracyRow extends EvaluationKey {
  /** id of the metric in `accuracy` */
  readonly metric: string;
  /** kind of model, "" if none */
  readonly group: string;
  /** fraction in [0, 1] */
  readonly accuracy: number;
  /** number of images; null if unknown */
  readonly n: number | null;
  /** number of images of the complete benchmark; null if unknown */
  readonly expectedN: number | null;
  /** why a published row is doubtful or a duplicate; absent if it is neither */
  readonly doubt?: RowDoubt;
  /** file and row, for messages */
  readonly where: string;
  /** what it was made with, if known */
  readonly made?: MadeWith;
  /** which images are right, if they were read; `accuracy` is their share */
  readonly outcomes?: ImageOutcomes;
}

/** Reasons, by the row's `quality`, why a published row is excluded from lines and rankings. */
export const ROW_QUALITIES = {
  "wrong-activation": "weights trained with QuickGELU, evaluated with GELU",
  "activation-unknown": "its weights are marked as QuickGELU, but not the evaluation",
  "duplicate-of": "the same weights under a second name",
  "same-run": "another checkpoint of the same training run",
} as const;

/** Why a published row is doubtful or a repetition. */
export interface RowDoubt {
  /** the kind of doubt */
  readonly quality: keyof typeof ROW_QUALITIES;
  /** model to use instead, "" if none */
  readonly instead: string;
}

/** Formats a doubt with its name and description. */
export function doubtText(doubt: RowDoubt): string {
  return `${doubt.quality}: ${doubtWords(doubt)}`;
}

/** Formats the description of a doubt. */
export function doubtWords({ quality, instead }: RowDoubt): string {
  return `${ROW_QUALITIES[quality]}${instead === "" ? "" : `; see ${instead}`}`;
}

/** Fills in a benchmark's default protocol in rows with an empty protocol, if it is known. */
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
 * Merges duplicate rows; the merged row is doubtful if any of them is.
 *
 * @throws InputError if two rows of the same key and metric disagree, naming both locations and values
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
      `${old.where} and ${row.where}: ${row.checkpoint} (${of.join(", ")}) appears twice with different ${differing}: ${old[differing]} and ${row[differing]}; keep one of them`,
    );
  }
  return [...seen.values()];
}

/** Groups rows by checkpoint, in the order of their first row. */
export function rowsByCheckpoint(rows: readonly AccuracyRow[]): Map<string, AccuracyRow[]> {
  const checkpoints = new Map<string, AccuracyRow[]>();
  for (const row of rows) {
    const checkpointRows = checkpoints.get(row.checkpoint);
    if (checkpointRows === undefined) checkpoints.set(row.checkpoint, [row]);
    else checkpointRows.push(row);
  }
  return checkpoints;
}
