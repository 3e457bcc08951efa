import { InputError } from "../../foundation/errors.ts";
import { largest, smallest } from "../../foundation/math/extremes.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { type NumbersOf, noteMissing, parseNumericColumns } from "./numeric-columns.ts";

/**
 * The transformation of a column: its base-2 logarithm, so that an effect is per doubling, or none, so that it is per
 * unit.
 */
export type ScalingTransform = "log2" | "linear";

/** The option that names the columns and its purpose, for messages. */
export interface ColumnsUse {
  readonly option: string;
  /** "scaling": used in "left out of scaling" and "scaling takes …" */
  readonly name: string;
  /** "scale by" */
  readonly verb: string;
}

export const SCALING_USE: ColumnsUse = { option: "--scaling", name: "scaling", verb: "scale by" };

/** A column that `--scaling` or `--adjust` names. */
export interface ScalingColumn {
  readonly column: string;
  /** null: chosen from the values, see {@link parseScaling} */
  readonly transform: ScalingTransform | null;
}

/** Columns that checkpoints were scaled by, or that heights are adjusted for. */
export interface ScalingValues {
  readonly columns: readonly { readonly column: string; readonly transform: ScalingTransform }[];
  /** checkpoint → its value in each column, transformed */
  readonly values: NumbersOf;
}

/** Describes a column with its transformation: "log2 samples", "share". */
export function columnWords({
  column,
  transform,
}: {
  readonly column: string;
  readonly transform: ScalingTransform;
}): string {
  return transform === "log2" ? `log2 ${column}` : column;
}

const TRANSFORMS: readonly ScalingTransform[] = ["log2", "linear"];
/** Columns that span more than this factor (two doublings) are log-transformed. */
const MIN_FACTOR = 4;

/**
 * Parses the values of `--scaling` or `--adjust`: `COLUMN`, `COLUMN=log2` or `COLUMN=linear`.
 *
 * @throws InputError for another transform, or a column that appears twice
 */
export function parseScalingColumns(texts: readonly string[], { option } = SCALING_USE): ScalingColumn[] {
  const columns = texts.map((text) => {
    const at = text.lastIndexOf("=");
    if (at < 0) return { column: text, transform: null };
    const transform = TRANSFORMS.find((name) => name === text.slice(at + 1));
    if (transform !== undefined && at > 0) return { column: text.slice(0, at), transform };
    throw new InputError(`${option} ${text}: expected COLUMN, COLUMN=log2 or COLUMN=linear`);
  });
  const names = columns.map(({ column }) => column);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`${option}: the column ${twice} appears twice`);
  return columns;
}

/**
 * Parses numeric columns of a metadata CSV. Without an explicit transform, a column whose values are all positive and
 * span more than a factor of 4 is log2-transformed; a note states the choice.
 *
 * @param known checkpoints of the study; others do not influence the transform
 * @throws InputError with file, row and column of a cell without a number, or without a positive number under `log2`;
 *   if a column is constant or no checkpoint has all columns
 */
export function parseScaling(
  text: string,
  where: string,
  columns: readonly ScalingColumn[],
  known: ReadonlySet<string>,
  notes: NoteCollector,
  { name, verb }: ColumnsUse = SCALING_USE,
): ScalingValues {
  const names = columns.map(({ column }) => column);
  const numbers = parseNumericColumns(text, where, names);
  noteMissing(numbers, names, known, name, notes);
  const rows = [...numbers].filter(([checkpoint]) => known.has(checkpoint));
  if (rows.length === 0) throw new InputError(`${where}: no checkpoint of the inputs has ${names.join(", ")}`);
  const transforms = columns.map(({ column, transform }, c) => {
    const values = rows.map(([, row]) => row[c] as number);
    const [low, high] = [smallest(values), largest(values)];
    if (low === high) throw new InputError(`${where}: ${column} is ${low} for all checkpoints: nothing to ${verb}`);
    if (transform === "log2" && low <= 0)
      throw new InputError(`${where}: ${column}: expected numbers above 0 for log2, found ${low}`);
    if (transform !== null) return transform;
    const chosen = low > 0 && high > MIN_FACTOR * low ? "log2" : "linear";
    notes.note(`${name} takes ${column} ${chosen === "log2" ? "by its base-2 logarithm" : "as it is"}`);
    return chosen;
  });
  return {
    columns: columns.map(({ column }, c) => ({ column, transform: transforms[c] as ScalingTransform })),
    values: new Map(
      rows.map(([checkpoint, row]) => [
        checkpoint,
        row.map((value, c) => (transforms[c] === "log2" ? Math.log2(value) : value)),
      ]),
    ),
  };
}
