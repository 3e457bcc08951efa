import { groupNotes } from "../../foundation/group-notes.ts";
import type { Note } from "../../foundation/notes.ts";
import { type NoteOptions, noteLines } from "./print-notes.ts";

/** Buffers the notes of a phase, so that notes with one cause are printed on one line. */
export interface NoteBuffer {
  add(note: Note): void;
  /** Prints the buffered notes. */
  flush(): void;
}

/** @param print prints one line */
export function createNoteBuffer(print: (line: string) => void, options: NoteOptions): NoteBuffer {
  let kept: Note[] = [];
  return {
    add: (note) => kept.push(note),
    flush: () => {
      for (const line of noteLines(groupNotes(kept), options)) print(line);
      kept = [];
    },
  };
}
