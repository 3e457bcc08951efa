import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { groupNotes, type NoteGroup } from "../../foundation/group-notes.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { printable } from "../../output/tables/text-table.ts";

/** What the user should know: notes, and warnings that a number may be wrong or that one is missing; each text once. */
export interface SortedNotes {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** the same, a line for each cause: warnings, then notes */
  readonly groups: readonly NoteGroup[];
}

/** How much of the notes is printed. */
export interface NoteOptions {
  /** warnings alone */
  readonly quiet?: boolean;
  /** what the line of a cause leaves out too */
  readonly verbose?: boolean;
}

/**
 * Puts together what a command has to say, each once.
 *
 * @param notes    those of a study, warnings among them
 * @param warnings of the runs that made the results
 * @param leftOut  results that were left out, with the reason
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

/** Prints them to stderr, a line for each cause; warnings under `--quiet` too. */
export function printNotes({ groups }: Pick<SortedNotes, "groups">, options: NoteOptions): void {
  for (const line of noteLines(groups, options)) process.stderr.write(`${line}\n`);
}

/** The lines of groups: `note: CAUSE: a, b and 3 more (all: --verbose)`, under `verbose` every name below the cause. */
export function noteLines(groups: readonly NoteGroup[], { quiet = false, verbose = false }: NoteOptions): string[] {
  return groups
    .filter(({ severity }) => severity === "warning" || !quiet)
    .flatMap(({ severity, text, cause, details }) => {
      if (details.length === 0) return [printable(`${severity}: ${text}`)];
      if (!verbose) return [printable(`${severity}: ${text} (all: --verbose)`)];
      return [printable(`${severity}: ${cause}:`), ...details.map((detail) => printable(`  ${detail}`))];
    });
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
