import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Note } from "../../foundation/notes.ts";
import { printable } from "../../output/tables/text-table.ts";

/** What the user should know: notes, and warnings that a number may be wrong or that one is missing; each text once. */
export interface SortedNotes {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Puts together what a command has to say, each once.
 *
 * @param notes    those of a study, warnings among them
 * @param warnings of the runs that made the results
 * @param leftOut  results that were left out, with the reason
 */
export function sortNotes(notes: readonly Note[], warnings: readonly Note[], leftOut: readonly string[]): SortedNotes {
  const textsOf = (wanted: Note["severity"]) =>
    notes.filter(({ severity }) => severity === wanted).map(({ text }) => text);
  return {
    notes: [...new Set(textsOf("note"))],
    warnings: [...new Set([...leftOut, ...describeWarnings(warnings), ...textsOf("warning")])],
  };
}

/** Prints them to stderr; warnings under `--quiet` too. */
export function printNotes({ notes, warnings }: SortedNotes, quiet: boolean): void {
  for (const text of warnings) process.stderr.write(`warning: ${printable(text)}\n`);
  if (quiet) return;
  for (const text of notes) process.stderr.write(`note: ${printable(text)}\n`);
}

/** Notes as `--json` gives them: texts in their order, a warning begins with "warning: ". */
export function notesJson(notes: readonly Note[]): string[] {
  return notes.map(({ severity, text }) => (severity === "warning" ? `warning: ${text}` : text));
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
