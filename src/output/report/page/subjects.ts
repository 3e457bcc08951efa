import { contextOf } from "../../../analysis/robustness/focus.ts";
import { matchNames } from "../../../foundation/name-pattern.ts";
import type { ReportData } from "../report-data.ts";

/** The checkpoints that the page's question is about: those in focus, else all. */
export function subjectsOf({ checkpoints, focus }: ReportData): readonly string[] {
  return focus.subject.length > 0 ? checkpoints.filter((name) => focus.subject.includes(name)) : checkpoints;
}

/** Checkpoints in focus beside others; empty where there are no others. */
export function pinnedSubjects({ checkpoints, focus }: ReportData): readonly string[] {
  const isContext = contextOf(focus);
  return checkpoints.some(isContext) ? checkpoints.filter((name) => !isContext(name)) : [];
}

/** Checkpoints that are searched for: each word is a name, a part of one, or a glob; all words must match. Empty where nothing is typed. */
export function findCheckpoints({ checkpoints }: ReportData, query: string): ReadonlySet<string> {
  const words = query.split(/\s+/).filter(Boolean);
  if (words.length === 0) return new Set();
  const matches = words.map((word) => new Set(matchNames(checkpoints, word)));
  const whole = matchNames(checkpoints, query.trim());
  return new Set([...whole, ...checkpoints.filter((name) => matches.every((matched) => matched.has(name)))]);
}
