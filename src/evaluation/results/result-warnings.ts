import { evaluationKey } from "../../foundation/evaluation-key.ts";
import { makeWarning, type Note, type NoteSubject } from "../../foundation/notes.ts";
import type { StoredResult } from "./read-results.ts";

/** Maximum number of results listed with a warning. */
const MAX_NAMED = 3;

/** Collects the warnings in the `run.json` of results that were read with their runs. */
export function warningsOf(results: readonly StoredResult[]): Note[] {
  return results.flatMap(({ metrics, run }) => {
    const about = evaluationKey(metrics);
    return [...new Set(run?.warnings ?? [])].map((text) => makeWarning(text, about));
  });
}

/**
 * Formats warnings for printing, each text once with the results it concerns. A text that begins with the name of its
 * checkpoint is printed unchanged.
 */
export function describeWarnings(warnings: readonly Note[]): string[] {
  const subjects = new Map<string, Map<string, NoteSubject>>();
  for (const { text, about } of warnings) {
    const of = subjects.get(text) ?? new Map();
    if (about !== undefined) of.set(describeSubject(about), about);
    subjects.set(text, of);
  }
  return [...subjects].map(([text, of]) => {
    const [first] = of.values();
    if (first === undefined || (of.size === 1 && namesSubject(text, first))) return text;
    return `${some([...of.keys()])}: ${text}`;
  });
}

function namesSubject(text: string, { checkpoint }: NoteSubject): boolean {
  return checkpoint !== undefined && [",", ":"].some((end) => text.startsWith(checkpoint + end));
}

function describeSubject({ checkpoint, benchmark, protocol, templates }: NoteSubject): string {
  const task = [benchmark, protocol].filter((part) => part !== undefined).join(" ");
  return [checkpoint, task, templates].filter((part) => part !== undefined && part !== "").join(", ");
}

function some(names: readonly string[]): string {
  const first = names.slice(0, MAX_NAMED).join("; ");
  return names.length > MAX_NAMED ? `${first} and ${names.length - MAX_NAMED} more` : first;
}
