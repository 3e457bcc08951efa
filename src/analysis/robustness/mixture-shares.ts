import { InputError } from "../../foundation/errors.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { type NumbersOf, noteMissing, parseNumericColumns } from "./numeric-columns.ts";

/** A source of pre-training data, and the metadata column that holds each checkpoint's share of it. */
export interface MixtureSource {
  readonly source: string;
  readonly column: string;
}

/** Each checkpoint's shares of its pre-training data. */
export interface MixtureShares {
  /** k ≥ 2 names */
  readonly sources: readonly string[];
  /** checkpoint → k shares in [0, 1], in the order of `sources`, of sum 1 */
  readonly shares: NumbersOf;
}

/** Maximum distance of a sum of shares from 1, for shares rounded to two decimals. */
const ROUNDING = 0.01 + 1e-9;

/**
 * Parses the values of `--mixture`: `SOURCE=COLUMN`, or `COLUMN` for a source of that name.
 *
 * @throws InputError with fewer than two sources, or where a source or a column appears twice
 */
export function parseMixtureSources(texts: readonly string[]): MixtureSource[] {
  const sources = texts.map((text) => {
    const at = text.indexOf("=");
    const [source, column] = at < 0 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
    if (source !== "" && column !== "") return { source, column };
    throw new InputError(`--mixture ${text}: expected SOURCE=COLUMN, e.g. noto=share_noto`);
  });
  for (const field of ["source", "column"] as const) {
    const names = sources.map((source) => source[field]);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new InputError(`--mixture: the ${field} ${twice} appears twice`);
  }
  if (sources.length >= 2) return sources;
  const [only] = sources.map(({ source }) => source);
  throw new InputError(`--mixture: expected at least two sources, got ${only ?? "none"}`);
}

/**
 * Parses each checkpoint's shares of its pre-training data from a metadata CSV. A checkpoint whose shares add up to
 * less than 1 has other sources too and is left out with a note. Sums within 0.01 of 1 are treated as rounded, and the
 * shares are divided by them.
 *
 * @param known checkpoints of the study; others are skipped without a note
 * @throws InputError with file, row and column of a cell without a number from 0 to 1; if shares add up to more than 1;
 *   if no checkpoint is a mixture of these sources
 */
export function parseShares(
  text: string,
  where: string,
  sources: readonly MixtureSource[],
  known: ReadonlySet<string>,
  notes: NoteCollector,
): MixtureShares {
  const columns = sources.map(({ column }) => column);
  const numbers = parseNumericColumns(text, where, columns, (share) =>
    share >= 0 && share <= 1 ? null : "expected a share from 0 to 1",
  );
  noteMissing(numbers, columns, known, "the mixtures", notes);
  const shares = new Map<string, readonly number[]>();
  for (const [checkpoint, values] of numbers) {
    const sum = values.reduce((total, value) => total + value, 0);
    if (sum > 1 + ROUNDING) {
      throw new InputError(`${where}: ${checkpoint}: the shares ${values.join(", ")} add up to more than 1`);
    }
    if (!known.has(checkpoint)) continue;
    if (sum < 1 - ROUNDING) notes.note("trained on other sources too, so left out of the mixtures", { checkpoint });
    else
      shares.set(
        checkpoint,
        values.map((value) => value / sum),
      );
  }
  if (shares.size === 0) {
    throw new InputError(`${where}: no checkpoint of the inputs has shares of ${columns.join(", ")} that add up to 1`);
  }
  return { sources: sources.map(({ source }) => source), shares };
}
