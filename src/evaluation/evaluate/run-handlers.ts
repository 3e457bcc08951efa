import type { Note } from "../../foundation/notes.ts";
import type { EvaluateOptions, EvaluateProgress } from "./evaluate-options.ts";

/** How the steps of an evaluation report to its caller, and learn that it is to stop. */
export interface RunHandlers {
  note(note: Note): void;
  /** The same, unless a note of the same text was given before. */
  noteOnce(note: Note): void;
  progress(progress: EvaluateProgress): void;
  /** @throws the reason of the caller's signal once it is aborted */
  checkStopped(): void;
}

/** The handlers among the options, each of which may be absent. */
export function handlersOf({
  onNote,
  onProgress,
  signal,
}: Pick<EvaluateOptions, "onNote" | "onProgress" | "signal">): RunHandlers {
  const given = new Set<string>();
  return {
    note: (note) => onNote?.(note),
    noteOnce: (note) => {
      if (!given.has(note.text)) onNote?.(note);
      given.add(note.text);
    },
    progress: (progress) => onProgress?.(progress),
    checkStopped: () => signal?.throwIfAborted(),
  };
}
