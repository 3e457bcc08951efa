import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Note } from "../../foundation/notes.ts";
import { printable } from "../../output/tables/text-table.ts";

const WARNING = "warning: ";

/** What the user should know: notes, and warnings that a number may be wrong or that one is missing. */
export interface SortedNotes {
  readonly notes: readonly string[];
  readonly texts: readonly string[];
}

/**
 * Puts together what a command has to say, each once.
 *
 * @param notes    those of a study; warnings among them begin with "warning: "
 * @param warnings of the runs that made the results
 * @param leftOut  results that were left out, with the reason
 */
export function sortNotes(
  notes: readonly string[],
  warnings: readonly Note[],
  leftOut: readonly string[],
): SortedNotes {
  const isWarning = (note: string) => note.startsWith(WARNING);
  return {
    notes: [...new Set(notes.filter((note) => !isWarning(note)))],
    texts: [
      ...new Set([
        ...leftOut,
        ...describeWarnings(warnings),
        ...notes.filter(isWarning).map((note) => note.slice(WARNING.length)),
      ]),
    ],
  };
}

/** Prints them to stderr; warnings under `--quiet` too. */
export function printNotes({ notes, texts }: SortedNotes, quiet: boolean): void {
  for (const text of texts) process.stderr.write(`${WARNING}${printable(text)}\n`);
  if (quiet) return;
  for (const text of notes) process.stderr.write(`note: ${printable(text)}\n`);
}

/**
 * Fails a command that has done all else: what it was asked for is not complete.
 *
 * @throws InputError if results were left out
 */
export function checkNothingLeftOut(leftOut: readonly string[]): void {
  const [first] = leftOut;
  if (first === undefined) return;
  const what = leftOut.length === 1 ? "a result was left out" : `${leftOut.length} results were left out`;
  throw new InputError(`${what}, see the warnings above; all else is done: ${first}`);
}
