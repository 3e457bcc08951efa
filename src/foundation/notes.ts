import { type EvaluationKey, matches } from "./evaluation-key.ts";

/** Maximum number of names listed after a collected message. */
const LISTED = 5;

/** What a note is about; an absent field means "all". */
export type NoteSubject = Partial<EvaluationKey>;

/**
 * Information about numbers for the user. A warning means that a number may be wrong or is missing. It is printed even
 * under `--quiet`, stored in the `run.json` of every result it concerns, and shown below every table with such a
 * result. A note is information. The prefix "warning: " or "note: " is added when one is printed.
 */
export interface Note {
  /** whether a number may be wrong or missing (`warning`), or not (`note`) */
  readonly severity: "note" | "warning";
  /** one sentence without a full stop that names its subject */
  readonly text: string;
  /** what it is about; everything where absent */
  readonly about?: NoteSubject;
  /** what the note shares with others: `groupNotes` makes one line of them */
  readonly cause?: NoteCause;
}

/** Why a note is given, and for which subjects; its text states the same in one sentence. */
export interface NoteCause {
  /** "only part of the images": printed once for all notes with this cause */
  readonly text: string;
  /** "imagenet-a, protocol 200 (46 of 7500)"; absent where the names are sufficient */
  readonly where?: string;
  /** the subjects, each once: names of checkpoints, for example */
  readonly names: readonly string[];
}

export function makeNote(text: string, about?: NoteSubject, cause?: NoteCause): Note {
  return noteOf("note", text, about, cause);
}

export function makeWarning(text: string, about?: NoteSubject, cause?: NoteCause): Note {
  return noteOf("warning", text, about, cause);
}

function noteOf(severity: Note["severity"], text: string, about?: NoteSubject, cause?: NoteCause): Note {
  return { severity, text, ...(about === undefined ? {} : { about }), ...(cause === undefined ? {} : { cause }) };
}

/** Adds notes that are not in the list yet: several benchmarks may share a set of prompts. */
export function addNotes(notes: Note[], more: readonly Note[]): void {
  for (const note of more) if (!notes.some((known) => isSameNote(known, note))) notes.push(note);
}

function isSameNote(a: Note, b: Note): boolean {
  return a.text === b.text && JSON.stringify(a.about) === JSON.stringify(b.about);
}

/** Returns the texts of the warnings that concern a result, each once, in order. */
export function warningsAbout(notes: readonly Note[], result: EvaluationKey): string[] {
  const concerning = notes.filter(({ severity, about = {} }) => severity === "warning" && matches(about, result));
  return [...new Set(concerning.map((note) => note.text))];
}

/** Collects the notes of an analysis: each message once, followed by the names of its subjects. */
export interface NoteCollector {
  /**
   * Adds a note.
   *
   * @param name the subject's name in the message; default: the checkpoint, else the benchmark
   * @param cause what messages share that differ in where they apply; default: the message
   */
  note(message: string, about?: NoteSubject, name?: string, cause?: MessageCause): void;
  /** Adds a warning. */
  warn(message: string, about?: NoteSubject, name?: string, cause?: MessageCause): void;
  /**
   * in the order first added, e.g. `no accuracy on imagenet: a, b and 3 more`; with `about` where there is one subject
   * only
   */
  list(): Note[];
}

/** A message in two parts, see {@link NoteCause}. */
export type MessageCause = Required<Pick<NoteCause, "text" | "where">>;

interface Message {
  readonly severity: Note["severity"];
  readonly message: string;
  readonly cause: MessageCause | undefined;
  readonly subjects: Map<string, NoteSubject>;
}

export function createNoteCollector(): NoteCollector {
  const messages = new Map<string, Message>();
  const add = (
    severity: Note["severity"],
    message: string,
    about?: NoteSubject,
    name?: string,
    cause?: MessageCause,
  ) => {
    const key = `${severity}: ${message}`;
    const known = messages.get(key) ?? { severity, message, cause, subjects: new Map<string, NoteSubject>() };
    messages.set(key, known);
    if (about !== undefined) known.subjects.set(name ?? about.checkpoint ?? about.benchmark ?? "", about);
  };
  return {
    note: (message, about, name, cause) => add("note", message, about, name, cause),
    warn: (message, about, name, cause) => add("warning", message, about, name, cause),
    list: () => [...messages.values()].map(toNote),
  };
}

function toNote({ severity, message, cause, subjects }: Message): Note {
  const [only] = subjects.values();
  const names = [...subjects.keys()].filter((name) => name !== "");
  const text = subjects.size === 0 ? message : `${message}: ${someNames([...subjects.keys()])}`;
  const about = subjects.size === 1 ? only : undefined;
  const shared = cause === undefined && names.length === 0 ? undefined : { ...(cause ?? { text: message }), names };
  return noteOf(severity, text, about, shared);
}

/** Lists the first names and the number of further ones. */
export function someNames(names: readonly string[], listed = LISTED, between = ", "): string {
  const first = names.slice(0, listed).join(between);
  return names.length > listed ? `${first} and ${names.length - listed} more` : first;
}
