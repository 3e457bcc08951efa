import { type EvaluationKey, matches } from "./evaluation-key.ts";

/** Names that are listed after a collected message. */
const LISTED = 5;

/** What a note is about; a field that is not given means "all". */
export type NoteSubject = Partial<EvaluationKey>;

/**
 * What the user should know of numbers. A warning means that a number may be wrong, or that one is missing: it is printed
 * under `--quiet` too, kept in the `run.json` of every result it concerns, and shown under every table of them. A note is
 * information. The word "warning: " or "note: " is added where one is printed.
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
  for (const note of more) if (!notes.some((known) => isSameNote(known, note))) notes.push(note);
}

function isSameNote(a: Note, b: Note): boolean {
  return a.text === b.text && JSON.stringify(a.about) === JSON.stringify(b.about);
}

/** Texts of the warnings that concern a result, each once, in order. */
export function warningsAbout(notes: readonly Note[], result: EvaluationKey): string[] {
  const concerning = notes.filter(({ severity, about = {} }) => severity === "warning" && matches(about, result));
  return [...new Set(concerning.map((note) => note.text))];
}

/** Collects what the user should know of an analysis: each message once, followed by the names of what it is about. */
export interface NoteCollector {
  /**
   * Adds a note.
   *
   * @param name what to call what it is about; the checkpoint, else the benchmark where absent
   */
  note(message: string, about?: NoteSubject, name?: string): void;
  /** Adds a warning. */
  warn(message: string, about?: NoteSubject, name?: string): void;
  /** in the order first added, e.g. `no accuracy on imagenet: a, b and 3 more`; `about` where it is one thing only */
  list(): Note[];
}

interface Message {
  readonly severity: Note["severity"];
  readonly message: string;
  readonly subjects: Map<string, NoteSubject>;
}

export function createNoteCollector(): NoteCollector {
  const messages = new Map<string, Message>();
  const add = (severity: Note["severity"], message: string, about?: NoteSubject, name?: string) => {
    const key = `${severity}: ${message}`;
    const known = messages.get(key) ?? { severity, message, subjects: new Map<string, NoteSubject>() };
    messages.set(key, known);
    if (about !== undefined) known.subjects.set(name ?? about.checkpoint ?? about.benchmark ?? "", about);
  };
  return {
    note: (message, about, name) => add("note", message, about, name),
    warn: (message, about, name) => add("warning", message, about, name),
    list: () => [...messages.values()].map(toNote),
  };
}

function toNote({ severity, message, subjects }: Message): Note {
  const [only] = subjects.values();
  const text = subjects.size === 0 ? message : `${message}: ${some([...subjects.keys()])}`;
  const about = subjects.size === 1 ? only : undefined;
  return severity === "warning" ? makeWarning(text, about) : makeNote(text, about);
}

/** The first names of a list, and how many more there are. */
function some(names: readonly string[]): string {
  const first = names.slice(0, LISTED).join(", ");
  return names.length > LISTED ? `${first} and ${names.length - LISTED} more` : first;
}
