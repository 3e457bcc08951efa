/** What a note is about; a field that is not given means "all". Names are those of the result files. */
export interface NoteSubject {
  readonly checkpoint?: string;
  readonly benchmark?: string;
  readonly protocol?: string;
  readonly templates?: string;
  readonly class_names?: string;
}

/**
 * What the user should know about an evaluation. A warning means that a number may be wrong: it is printed under `--quiet`
 * too, kept in the `run.json` of every result it concerns, and shown under every table of them. A note is information.
 */
export interface Note {
  readonly severity: "note" | "warning";
  /** one sentence without a full stop; it names what it is about */
  readonly text: string;
  readonly about?: NoteSubject;
}

export function makeNote(text: string, about?: NoteSubject): Note {
  return { severity: "note", text, ...(about === undefined ? {} : { about }) };
}

export function makeWarning(text: string, about?: NoteSubject): Note {
  return { severity: "warning", text, ...(about === undefined ? {} : { about }) };
}

/** Adds notes that are not there yet: several benchmarks may have one set of prompts. */
export function addNotes(notes: Note[], more: readonly Note[]): void {
  for (const note of more) if (!notes.some(({ text }) => text === note.text)) notes.push(note);
}

/** Texts of the warnings that concern a result, each once, in order. */
export function warningsAbout(notes: readonly Note[], result: Required<NoteSubject>): string[] {
  const concerns = ({ severity, about = {} }: Note) =>
    severity === "warning" &&
    (Object.keys(about) as (keyof NoteSubject)[]).every((field) => about[field] === result[field]);
  return [...new Set(notes.filter(concerns).map((note) => note.text))];
}
