import { closestNames } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import { matchNames } from "../../foundation/name-pattern.ts";

/** Where accuracies come from: results with files of their own, a table of the user's, or a baseline that ships with the package. */
export type Origin = "results" | "table" | "published";

/** The checkpoints of an input. */
export interface FocusInput {
  readonly origin: Origin;
  readonly checkpoints: readonly string[];
}

/** Which checkpoints a study is about; the others are what they are seen against. */
export interface Focus {
  /** names, sorted. None: there is no context either, as of published models alone */
  readonly subject: readonly string[];
  /**
   * - `input`: the user's checkpoints among others
   * - `highlight`: the user named them
   * - `all`: every checkpoint is the user's, and none is context
   * - `none`: every checkpoint is published, and none is in question
   */
  readonly by: "input" | "highlight" | "all" | "none";
}

/** Nothing is in focus, and nothing is context. */
export const NO_FOCUS: Focus = { subject: [], by: "none" };

/**
 * Chooses what is in focus. Patterns say it where there are any; else it is the checkpoints of results folders and of the first
 * input, unless that is published, beside which all others are context. Where there is no results folder, every table of the user's counts.
 *
 * @param inputs   in the order given
 * @param patterns names, parts of names or globs, see {@link matchNames}
 * @throws InputError for a pattern that matches no checkpoint, with the names nearest to it
 */
export function chooseFocus(inputs: readonly FocusInput[], patterns: readonly string[] = []): Focus {
  const names = sortedNames(inputs);
  if (names.length === 0) return NO_FOCUS;
  if (patterns.length > 0) {
    const subject = new Set(patterns.flatMap((pattern) => matchPattern(names, pattern)));
    return { subject: names.filter((name) => subject.has(name)), by: "highlight" };
  }
  const hasResults = inputs.some(({ origin }) => origin === "results");
  const subject = sortedNames(
    inputs.filter(({ origin }, i) => origin === "results" || (origin === "table" && (i === 0 || !hasResults))),
  );
  if (subject.length === 0) return NO_FOCUS;
  return { subject, by: subject.length === names.length ? "all" : "input" };
}

/** Whether some checkpoints are in focus and others are not: only then do the two look different. */
export function hasContext({ by }: Focus): boolean {
  return by === "input" || by === "highlight";
}

/** Whether a checkpoint is what others are seen against. */
export function contextOf(focus: Focus): (checkpoint: string) => boolean {
  if (!hasContext(focus)) return () => false;
  const subject = new Set(focus.subject);
  return (checkpoint) => !subject.has(checkpoint);
}

/** The same things, those of checkpoints in focus first; else in the order they have. */
export function subjectFirst<One>(list: readonly One[], focus: Focus, nameOf: (one: One) => string): One[] {
  const isContext = contextOf(focus);
  return [...list.filter((one) => !isContext(nameOf(one))), ...list.filter((one) => isContext(nameOf(one)))];
}

function sortedNames(inputs: readonly FocusInput[]): string[] {
  return [...new Set(inputs.flatMap(({ checkpoints }) => checkpoints))].sort();
}

function matchPattern(names: readonly string[], pattern: string): string[] {
  const matched = matchNames(names, pattern);
  if (matched.length > 0) return matched;
  const near = closestNames(pattern.replaceAll(/[*?]/g, ""), names, { ofParts: true });
  throw new InputError(
    `--highlight ${pattern}: no checkpoint is called that, contains it or matches it; did you mean ${near.join(", ")}?`,
  );
}
