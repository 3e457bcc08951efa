import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { groupNotes, type NoteGroup } from "../../foundation/group-notes.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { printable } from "../../output/tables/text-table.ts";

/** Notes, and warnings about wrong or missing numbers; each text appears once. */
export interface SortedNotes {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** the same, grouped by cause: warnings, then notes */
  readonly groups: readonly NoteGroup[];
}

/** Amount of notes to print. */
export interface NoteOptions {
  /** print warnings only */
  readonly quiet?: boolean;
  /** print all details of each cause */
  readonly verbose?: boolean;
}

/**
 * Combines the notes of a command without duplicates.
 *
 * @param notes    notes of a study, including warnings
 * @param warnings warnings of the runs that produced the results
 * @param leftOut  omitted results, with the reason
 */
export function sortNotes(notes: readonly Note[], warnings: readonly Note[], leftOut: readonly string[]): SortedNotes {
  const ofSeverity = (wanted: Note["severity"]) => notes.filter(({ severity }) => severity === wanted);
  const ofRuns = [...leftOut, ...describeWarnings(warnings)].map((text) => makeWarning(text));
  const ordered = [...ofRuns, ...ofSeverity("warning"), ...ofSeverity("note")];
  const textsOf = (wanted: Note["severity"]) => [
    ...new Set(ordered.filter(({ severity }) => severity === wanted).map(({ text }) => text)),
  ];
  return { notes: textsOf("note"), warnings: textsOf("warning"), groups: groupNotes(ordered) };
}

/** Prints notes to stderr, one line per cause; under `--quiet` only warnings. */
export function printNotes({ groups }: Pick<SortedNotes, "groups">, options: NoteOptions): void {
  for (const line of noteLines(groups, options)) process.stderr.write(`${line}\n`);
}

/**
 * Formats groups as `note: CAUSE: a, b and 3 more (all: --verbose)`; with `verbose`, every name is listed below the
 * cause.
 */
export function noteLines(groups: readonly NoteGroup[], { quiet = false, verbose = false }: NoteOptions): string[] {
  return groups
    .filter(({ severity }) => severity === "warning" || !quiet)
    .flatMap(({ severity, text, cause, details }) => {
      if (details.length === 0) return [printable(`${severity}: ${text}`)];
      if (!verbose) return [printable(`${severity}: ${text} (all: --verbose)`)];
      return [printable(`${severity}: ${cause}:`), ...details.map((detail) => printable(`  ${detail}`))];
    });
}

/** Converts notes to the form of `--json`: texts in order, with "warning: " before warnings. */
export function notesJson(notes: readonly Note[]): string[] {
  return notes.map(({ severity, text }) => (severity === "warning" ? `warning: ${text}` : text));
}

/**
 * Fails a command whose result is incomplete, after the rest is done.
 *
 * @throws InputError if results were left out
 */
export function checkNothingLeftOut(leftOut: readonly string[]): void {
  const [first] = leftOut;
  if (first === undefined) return;
  const what = leftOut.length === 1 ? "a result was left out" : `${leftOut.length} results were left out`;
  throw new InputError(`${what}, see the warnings above; everything else is done: ${first}`);
}
