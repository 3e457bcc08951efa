import { InputError } from "../../foundation/errors.ts";
import type { MadeWith } from "./made-with.ts";

/** One top-1 accuracy of a checkpoint or of a baseline's model. */
export interface AccuracyRow {
  /** checkpoint or model */
  readonly model: string;
  /** kind of model, "" where it has none */
  readonly group: string;
  readonly benchmark: string;
  /** "" where the source does not say: the benchmark's default */
  readonly protocol: string;
  /** template set and class-name list, "" where there is none or the source does not say */
  readonly templates: string;
  readonly classNames: string;
  /** fraction in [0, 1] */
  readonly accuracy: number;
  /** images behind it; null: not known */
  readonly n: number | null;
  /** images of the complete benchmark; null: not known */
  readonly expectedN: number | null;
  /** file and row, for messages */
  readonly where: string;
  /** what it was made with, where that is known */
  readonly made?: MadeWith;
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
 * Rows with repeated ones taken once.
 *
 * @throws InputError if two rows of the same key disagree, naming both places and values
 */
export function mergeRows(rows: readonly AccuracyRow[]): AccuracyRow[] {
  const seen = new Map<string, AccuracyRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.model, row.benchmark, row.protocol, row.templates, row.classNames]);
    const old = seen.get(key);
    if (old === undefined) {
      seen.set(key, row);
      continue;
    }
    const differing = (["accuracy", "n", "group"] as const).find((field) => old[field] !== row[field]);
    if (differing === undefined) continue;
    const of = [row.benchmark, row.protocol, row.templates, row.classNames].filter((part) => part !== "").join(", ");
    throw new InputError(
      `${old.where} and ${row.where}: ${row.model} (${of}) is there twice with another ${differing}: ${old[differing]} and ${row[differing]}; keep one of them`,
    );
  }
  return [...seen.values()];
}

/** Rows by model, in the order of their first row. */
export function rowsByModel(rows: readonly AccuracyRow[]): Map<string, AccuracyRow[]> {
  const models = new Map<string, AccuracyRow[]>();
  for (const row of rows) {
    const own = models.get(row.model);
    if (own === undefined) models.set(row.model, [row]);
    else own.push(row);
  }
  return models;
}
