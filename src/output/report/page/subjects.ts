import { contextOf } from "../../../analysis/robustness/focus.ts";
import { matchNames } from "../../../foundation/name-pattern.ts";
import type { ReportData } from "../report-data.ts";

/** Returns the checkpoints that the page's question is about: those in focus, else all. */
export function subjectsOf({ checkpoints, focus }: ReportData): readonly string[] {
  return focus.subject.length > 0 ? checkpoints.filter((name) => focus.subject.includes(name)) : checkpoints;
}

/** Returns the checkpoints in focus; empty if there are no other checkpoints. */
export function pinnedSubjects({ checkpoints, focus }: ReportData): readonly string[] {
  const isContext = contextOf(focus);
  return checkpoints.some(isContext) ? checkpoints.filter((name) => !isContext(name)) : [];
}

/**
 * Finds the checkpoints that match a search: each word is a name, a part of a name or a glob, and all words must match.
 * Empty for an empty search.
 */
export function findCheckpoints({ checkpoints }: ReportData, query: string): ReadonlySet<string> {
  const words = query.split(/\s+/).filter(Boolean);
  if (words.length === 0) return new Set();
  const matches = words.map((word) => new Set(matchNames(checkpoints, word)));
  const whole = matchNames(checkpoints, query.trim());
  return new Set([...whole, ...checkpoints.filter((name) => matches.every((matched) => matched.has(name)))]);
}
