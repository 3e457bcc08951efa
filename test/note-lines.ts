import type { Note } from "../src/foundation/notes.ts";

/** Notes as lines, a warning with its word: what tests compare. */
export function noteLines(notes: readonly Note[]): string[] {
  return notes.map(({ severity, text }) => (severity === "warning" ? `warning: ${text}` : text));
}
