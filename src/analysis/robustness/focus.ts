import { closestNames } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import { matchNames } from "../../foundation/name-pattern.ts";

/** The origin of accuracies: a results folder, a table of the user, or a baseline that ships with the package. */
export type Origin = "results" | "table" | "published";

/** The checkpoints of an input. */
export interface FocusInput {
  readonly origin: Origin;
  readonly checkpoints: readonly string[];
}

/** The checkpoints that a study is about; other checkpoints are context. */
export interface Focus {
  /** names, sorted. If empty, there is no context either, as for published models only */
  readonly subject: readonly string[];
  /**
   * - `input`: the user's checkpoints, with others as context
   * - `highlight`: the user named them
   * - `all`: all checkpoints are the user's, and none is context
   * - `none`: all checkpoints are published, and none is in question
   */
  readonly by: "input" | "highlight" | "all" | "none";
}

/** Nothing is in focus, and nothing is context. */
export const NO_FOCUS: Focus = { subject: [], by: "none" };

/**
 * Chooses the checkpoints in focus. With patterns, these are the matching checkpoints; else the checkpoints of results
 * folders and of the first input unless it is published, with all others as context. Without a results folder, the
 * checkpoints of all tables of the user are in focus.
 *
 * @param inputs   in the order given
 * @param patterns names, parts of names or globs, see {@link matchNames}
 * @throws InputError for a pattern that matches no checkpoint, with similar names
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

/** Returns whether some checkpoints are in focus and others are not; only then do they look different. */
export function hasContext({ by }: Focus): boolean {
  return by === "input" || by === "highlight";
}

/** Returns a check whether a checkpoint is context. */
export function contextOf(focus: Focus): (checkpoint: string) => boolean {
  if (!hasContext(focus)) return () => false;
  const subject = new Set(focus.subject);
  return (checkpoint) => !subject.has(checkpoint);
}

/** Puts the items of checkpoints in focus first; otherwise keeps the order. */
export function subjectFirst<Item>(list: readonly Item[], focus: Focus, nameOf: (item: Item) => string): Item[] {
  const isContext = contextOf(focus);
  return [...list.filter((item) => !isContext(nameOf(item))), ...list.filter((item) => isContext(nameOf(item)))];
}

function sortedNames(inputs: readonly FocusInput[]): string[] {
  return [...new Set(inputs.flatMap(({ checkpoints }) => checkpoints))].sort();
}

function matchPattern(names: readonly string[], pattern: string): string[] {
  const matched = matchNames(names, pattern);
  if (matched.length > 0) return matched;
  const near = closestNames(pattern.replaceAll(/[*?]/g, ""), names, { ofParts: true });
  throw new InputError(`--highlight ${pattern}: no checkpoint matches this pattern; did you mean ${near.join(", ")}?`);
}
