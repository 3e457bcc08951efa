import type { Note } from "../src/foundation/notes.ts";

/** Notes as lines for comparison in tests; a warning is marked as such. */
export function noteLines(notes: readonly Note[]): string[] {
  return notes.map(({ severity, text }) => (severity === "warning" ? `warning: ${text}` : text));
}
