import { groupNotes } from "../../foundation/group-notes.ts";
import type { Note } from "../../foundation/notes.ts";
import { type NoteOptions, noteLines } from "./print-notes.ts";

/** Keeps the notes of a stage of work until it is over, so that those of one cause become one line. */
export interface NoteBuffer {
  add(note: Note): void;
  /** Prints what came since the last time. */
  flush(): void;
}

/** @param print one line */
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
