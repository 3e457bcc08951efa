import { InputError } from "../../foundation/errors.ts";
import { largest, smallest } from "../../foundation/math/extremes.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { type NumbersOf, noteMissing, parseNumericColumns } from "./numeric-columns.ts";

/** How a column enters: by its base-2 logarithm, so that an effect is per doubling, or as it is, per unit. */
export type ScalingTransform = "log2" | "linear";

/** Which option names the columns: its name, and what it does, for messages. */
export interface ColumnsUse {
  readonly option: string;
  /** "scaling": checkpoints are left out of it, columns enter it */
  readonly name: string;
  /** "scale by" */
  readonly verb: string;
}

export const SCALING_USE: ColumnsUse = { option: "--scaling", name: "scaling", verb: "scale by" };

/** A column that `--scaling` or `--adjust` names. */
export interface ScalingColumn {
  readonly column: string;
  /** null: chosen by the values, see {@link parseScaling} */
  readonly transform: ScalingTransform | null;
}

/** What checkpoints were scaled by, or heights are adjusted for. */
export interface ScalingValues {
  readonly columns: readonly { readonly column: string; readonly transform: ScalingTransform }[];
  /** checkpoint → its value in each column, transformed */
  readonly values: NumbersOf;
}

/** How a column enters, in words: "log2 samples", "share". */
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
/** Columns that span more than this factor are taken by their logarithms: two doublings. */
const MIN_FACTOR = 4;

/**
 * Reads what `--scaling` or `--adjust` names: `COLUMN`, `COLUMN=log2` or `COLUMN=linear`.
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
 * Reads numeric columns of a metadata CSV. Where the transform is not given, a column whose values are all positive and
 * span more than a factor of 4 is taken by its base-2 logarithm; a note states which.
 *
 * @param known checkpoints that the study has; others choose no transform
 * @throws InputError naming file, row and column of a cell that holds no number, or none above 0 under `log2`; where a column
 *   is constant or no checkpoint has all of them
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
