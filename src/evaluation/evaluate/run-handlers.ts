import type { Note } from "../../foundation/notes.ts";
import type { EvaluateOptions, EvaluateProgress } from "./evaluate-options.ts";

/** Callbacks through which the steps of an evaluation report to its caller, and check whether to stop. */
export interface RunHandlers {
  note(note: Note): void;
  /** Reports a note unless one with the same text was reported before. */
  noteOnce(note: Note): void;
  progress(progress: EvaluateProgress): void;
  /** @throws the reason of the caller's signal if it is aborted */
  checkStopped(): void;
}

/** Builds handlers from the options, all of which are optional. */
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
